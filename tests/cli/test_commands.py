"""Every command end to end on a small shop: what it prints, its JSON, its exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quanyu.cli.commands import COMMANDS
from quanyu.tables import CONTRACTS

Command = Callable[..., Any]
PROBE = """
import sys
import quanyu.cli.main
sys.argv = ["quanyu", "--help"]
try:
    quanyu.cli.main.app()
except SystemExit:
    heavy = {"ibis", "duckdb", "numpy", "sqlalchemy", "nicegui"} & set(sys.modules)
    assert not heavy, heavy
"""


def read(answer: Any) -> Any:
    assert answer.code == 0, answer
    return json.loads(answer.out)


@pytest.mark.parametrize("name", [one.name for one in COMMANDS])
def test_every_command_has_help_with_an_example(command: Command, name: str) -> None:
    answer = command(name, "--help")
    assert answer.code == 0
    assert f"Example: quanyu {name}" in answer.out


@pytest.mark.parametrize("name", ["split", "merge", "explain"])
def test_commands_about_people_have_help_with_an_example(command: Command, name: str) -> None:
    assert f"Example: quanyu people {name}" in command("people", name, "--help").out


def test_help_lists_all_commands_without_loading_them() -> None:
    started = time.monotonic()
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert time.monotonic() - started < 15
    assert all(f"  {one.name} " in told.stdout for one in COMMANDS)


def test_init_makes_a_workspace_with_the_settings_given(command: Command, tmp_path: Path) -> None:
    answer = command("init", str(tmp_path / "new"), "--timezone", "Europe/London", "--currency", "GBP")
    assert answer.code == 0
    assert 'currency = "GBP"' in (tmp_path / "new" / "quanyu.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("init", "x", "--timezone", "Mars/Olympus"), 2, "'Mars/Olympus' is not an IANA time zone"),
        (("init", "x", "--currency", "yuan"), 2, "'yuan'"),
        (("init", "x", "--engine", "abacus"), 2, "abacus"),
        (("tables", "-w", "nowhere"), 3, "There is no workspace"),
        (("init", "."), 3, "is a workspace already"),
        (("describe", "gold"), 5, "There is no table 'gold'"),
        (("load", "missing.csv"), 6, "missing.csv"),
        (("load", "quanyu.toml"), 6, "No layout recognises quanyu.toml"),
        (("load", "../exports/jd_orders.csv", "--as", "nonsense"), 6, "nonsense"),
        (("load", "../exports/jd_orders.csv", "--as", "shopify_orders"), 6, "it misses"),
        (("sql", "DELETE FROM orders"), 7, "Only SELECT is allowed"),
        (("sql", "SELECT nope FROM orders"), 7, "nope"),
        (("people", "explain", "jd:nobody"), 9, "jd:nobody"),
        (("run", "--only", "gold"), 1, "There is no step 'gold'"),
        (("dance",), 2, "dance"),
        (("describe", "ordrs"), 5, "Did you mean 'orders'? All of them: quanyu tables"),
        (("sql", "SELECT * FROM Ordrs"), 7, "There is no table 'ordrs'.\nDid you mean 'orders'?"),
        (("sql", "SELECT net_amout FROM orders"), 7, 'Candidate bindings: "net_amount"'),
        (("run", "--only", "rmf"), 1, "Did you mean 'rfm'? Steps: consents"),
        (("run", "--again", "portrait"), 1, "Did you mean 'portraits'?"),
        (("load", "../exports/jd_order.csv"), 6, "Did you mean 'jd_orders.csv'?"),
        (("load", "../exports/jd_orders.csv", "--as", "jd_order"), 6, "near it: jd_orders"),
        (("audience", "recency_day > 30"), 5, "Did you mean 'recency_days'?"),
        (("do", "explian_person"), 16, "Did you mean 'explain_person'?"),
        (("do", "explain_person", "persn=1"), 16, "Did you mean 'person'?"),
        (("init", "x", "--timezone", "Asia/Shanhai"), 2, "near it: 'Asia/Shanghai'"),
        (("tabels",), 2, "Did you mean 'tables'?"),
        (("tables", "--jsn"), 2, "--json"),
        (("decisions", "--status", "proposd"), 2, "'proposed'"),
    ],
)
def test_errors_say_what_happened_and_have_their_exit_code(
    command: Command, shop: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    answer = command(*words)
    assert (answer.code, told in answer.err) == (code, True), answer
    assert "Traceback" not in answer.err


def test_a_setting_that_does_not_exist_is_told_with_the_one_near_it(command: Command, shop: Path) -> None:
    settings = shop / "quanyu.toml"
    settings.write_text(f"{settings.read_text('utf-8')}\n[storage]\nquery_second = 3\n", encoding="utf-8")
    answer = command("tables")
    assert answer.code == 2
    assert "there is no setting of this name; near it: 'query_seconds'" in answer.err


def test_an_empty_list_of_decisions_says_why_it_is_empty(command: Command, shop: Path) -> None:
    assert "No decision is in the state measured." in command("decisions", "--status", "measured").out


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_LANGUAGE", "zh")


@pytest.mark.usefixtures("shop", "in_chinese")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("tables", "-w", "nowhere"), 3, "里没有工作区。\n请用 quanyu init"),
        (("describe", "gold"), 5, "没有名为“gold”的表。\n可用的表：events, orders"),
        (("load", "quanyu.toml"), 6, "没有版式能识别 quanyu.toml。"),
        (("load", "../exports/jd_orders.csv", "--as", "nonsense"), 6, "没有名为“nonsense”的版式"),
        (("sql", "SELECT nope FROM orders"), 7, "查询失败："),
        (
            ("init", "x", "--timezone", "Mars/Olympus"),
            2,
            "值为 'Mars/Olympus'：'Mars/Olympus' 不是 IANA 时区",
        ),
        (("init", "x", "--currency", "yuan"), 2, "应符合格式 ^[A-Z]{3}$"),
        (("run", "--only", "gold"), 1, "没有名为“gold”的步骤。"),
    ],
)
def test_errors_are_told_in_chinese_with_the_same_exit_code(
    command: Command, words: tuple[str, ...], code: int, told: str
) -> None:
    answer = command(*words)
    assert (answer.code, told in answer.err) == (code, True), answer


@pytest.mark.usefixtures("shop", "in_chinese")
def test_files_that_fail_among_others_are_told_in_chinese(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("", encoding="utf-8")
    answer = command("load", str(tmp_path))
    assert answer.code == 6
    assert "a.csv: 没有版式能识别 a.csv。它的列：x, y。没有相近的版式。" in answer.err
    assert "b.csv: b.csv 是空文件。\n请重新导出。" in answer.err


def test_loading_again_adds_nothing(command: Command, shop: Path) -> None:
    again = read(command("load", "../exports", "--json"))
    assert {one["status"] for one in again} == {"already loaded"}
    assert {"file", "layout", "n_rows", "n_taken", "n_refused", "reasons", "changes", "message"} <= set(
        again[0]
    )


def test_one_bad_file_does_not_stop_the_others(command: Command, shop: Path) -> None:
    (shop.parent / "exports" / "wrong.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    answer = command("load", "../exports")
    assert answer.code == 6
    assert "jd_orders.csv" in answer.out
    assert "wrong.csv" in answer.err


def test_a_turn_is_explained_run_and_fresh(command: Command, shop: Path) -> None:
    assert all(not step["is_due"] for step in read(command("run", "--explain", "--json")))
    ran = read(command("run", "--json"))
    assert {one["status"] for one in ran} == {"fresh"}
    assert {"step", "status", "why", "seconds", "rows", "notes", "as_of"} == set(ran[0])
    assert "nothing it reads has changed" in command("run").out


def test_tables_and_describe_agree_with_the_contracts(command: Command, shop: Path) -> None:
    listed = {one["table"]: one for one in read(command("tables", "--json"))}
    assert list(listed) == list(CONTRACTS)
    told = read(command("describe", "orders", "--json"))
    assert told["rows"] == listed["orders"]["rows"] > 0
    assert [one["column"] for one in told["columns"]] == [one.name for one in CONTRACTS["orders"].columns]
    assert told["written_by"][0] == "load"
    assert "facts" in told["read_by"]
    traits = read(command("describe", "portraits", "--json"))["columns"]
    assert len(traits) > 30


def test_a_damaged_table_is_told_after_all_are_listed(command: Command, tmp_path: Path) -> None:
    (tmp_path / "plain_stores.csv").write_text("store_id,name\n1,a\n", encoding="utf-8")
    assert command("init", str(tmp_path / "shop")).code == 0
    assert command("load", str(tmp_path / "plain_stores.csv"), "-w", str(tmp_path / "shop")).code == 0
    shutil.rmtree(tmp_path / "shop" / "tables" / "stores")
    answer = command("tables", "-w", str(tmp_path / "shop"))
    assert answer.code == 15
    assert "The table stores is damaged: version 0 is gone" in answer.err
    assert [line.split()[0] for line in answer.out.splitlines()[1:]] == list(CONTRACTS)


def test_sql_answers_people_and_programs(command: Command, shop: Path) -> None:
    question = "SELECT count(*) AS n, sum(net_amount) AS net, max(ordered_at) AS last FROM orders"
    (row,) = read(command("sql", question, "--json"))
    assert set(row) == {"n", "net", "last"}
    assert row["n"] > 0
    assert isinstance(row["net"], str)  # decimals stay exact
    assert f"{row['n']:,}" in command("sql", question).out
    assert "more rows" in command("sql", "SELECT * FROM range(1500)").out


def test_layouts_are_listed_with_what_they_fill(command: Command, shop: Path) -> None:
    known = {one["name"]: one for one in read(command("layouts", "--json"))}
    assert "orders" in known["taobao_orders"]["tables"]
    (shop / "layouts").mkdir()
    (shop / "layouts" / "mine.toml").write_text('match = ["a"]\n[leads]\nlead_id = "a"\n', encoding="utf-8")
    assert "mine" in command("layouts").out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_is_one_file(command: Command, shop: Path, language: str) -> None:
    answer = command("report", "--out", "made.html", "--language", language)
    assert answer.code == 0, answer
    page = (shop / "made.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert f'lang="{"zh" if language == "zh" else "en"}' in page


def test_people_are_explained_split_and_merged(command: Command, shop: Path) -> None:
    groups = "SELECT person_id, min(id_key) AS one, count(*) AS n FROM identities GROUP BY person_id"
    most = f"SELECT * FROM ({groups}) WHERE n > 1 ORDER BY n DESC, person_id LIMIT 1"
    person = read(command("sql", most, "--json"))[0]
    told = read(command("people", "explain", person["one"], "--json"))
    assert told["person_id"] == person["person_id"]
    held = [one["id_key"] for one in told["identifiers"]]
    assert (
        read(command("people", "split", person["person_id"], person["one"], "--reason", "test", "--json"))[
            "n_people"
        ]
        >= 2
    )
    other = read(command("people", "explain", person["one"], "--json"))["person_id"]
    rest = next(key for key in held if key != person["one"])
    kept = read(command("people", "explain", rest, "--json"))["person_id"]
    assert other != kept
    answer = command("people", "merge", other, kept, "--reason", "test")
    assert answer.code == 0, answer
    joined = read(command("people", "explain", rest, "--json"))
    assert [one["id_key"] for one in joined["identifiers"]] == held
    assert "join" in {line["action"] for line in joined["log"]}


def test_the_command_line_speaks_chinese(
    command: Command, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYU_LANGUAGE", "zh")
    assert "订单" in command("tables").out
    assert "列出" in command("--help").out
