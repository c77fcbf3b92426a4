"""Somebody of a loaded shop is erased by command; the shop goes on, and what comes late about them is refused."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import quanyu
from quanyu import ledger
from quanyu.act.erasure.identity import known_as
from quanyu.tables import CONTRACTS


def buyer(shop: Path) -> tuple[str, re.Pattern[str]]:
    """Somebody whose orders and contacts are known, and what finds them."""
    with closing(quanyu.open(shop)) as ws:
        people = ws.warehouse.query(
            "SELECT p.person_id, count(DISTINCT o.order_id) AS n FROM people p JOIN identities i USING (person_id) "
            "JOIN orders o USING (id_key) WHERE p.phone IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1"
        ).to_pylist()
        known = known_as(ws, people[0]["person_id"])
        return people[0]["person_id"], known.pattern


def counted(shop: Path) -> dict[str, object]:
    with closing(quanyu.open(shop)) as ws:
        days = ws.warehouse.query(
            "SELECT date_trunc('day', ordered_at) d, count(*) n, sum(paid_amount) s FROM orders GROUP BY 1 ORDER BY 1"
        )
        return {"days": days.to_pylist(), "people": ws.warehouse.count("people")}


def said(shop: Path) -> str:
    with closing(quanyu.open(shop)) as ws:
        tables = [str(ws.warehouse.read(ws.warehouse.table(name)).to_pylist()) for name in CONTRACTS]
        records = ledger.find_records(ws.ledger, re.compile(""))
    files = [file.read_bytes().decode("utf-8", "replace") for file in shop.rglob("*") if file.is_file()]
    return "\n".join([*tables, json.dumps(records, default=str), *files])


def test_the_shop_goes_on_without_whoever_is_erased_and_files_do_not_bring_them_back(
    shop, command, tmp_path
) -> None:
    who, sought = buyer(shop)
    before = counted(shop)
    assert command("people", "erase", who).code == 2, "it has to be meant"
    assert command("people", "export", who, "--output", str(tmp_path / "who.json")).code == 0
    told = json.loads((tmp_path / "who.json").read_text("utf-8"))
    assert (told["person_ids"], len(told["tables"]["people"])) == ([who], 1)
    assert (tmp_path / "who.json").stat().st_mode & 0o077 == 0
    answer = command("people", "erase", who, "--yes", "--json")
    assert answer.code == 0, answer
    assert json.loads(answer.out)["tables"]["orders"] >= 1
    assert sought.search(said(shop)) is None
    assert command("run").code == 0
    after = counted(shop)
    assert after["days"] == before["days"]
    assert after["people"] == before["people"] - 1
    answer = command("load", str(tmp_path / "exports"), "--again", "--json")
    assert answer.code == 0, answer
    reasons = Counter()
    for file in json.loads(answer.out):
        reasons.update(file["reasons"])
        assert file["n_rows"] == file["n_taken"] + file["n_refused"]
    assert reasons["it is about somebody who was erased"] >= 2
    assert command("run").code == 0
    assert counted(shop) == after
    assert sought.search(said(shop)) is None
    with closing(quanyu.open(shop)) as ws:
        assert who not in str(ledger.list_edits(ws.ledger))


@pytest.mark.parametrize("kind", ["phone", "key"])
def test_a_list_does_not_bring_back_whoever_was_erased(embedded, tmp_path, kind) -> None:
    from quanyu.collect.listed import Listed, keep_list
    from quanyu.ledger import Suppression, add_suppressions
    from quanyu.part.action import Caller
    from quanyu.part.told_consent import key_of, tomb_of

    ws, phone = embedded, "+8613812345678"
    key = key_of("phone", phone, ws.secret)
    add_suppressions(ws.ledger, [Suppression(tomb_of(key, ws.secret), "all", "erased", ws.now())])
    lines = {"phone": [phone, "13712345678"], "key": [key, "jd:1"]}[kind]
    (tmp_path / "list.csv").write_text("\n".join(lines), "utf-8")
    kept = keep_list(ws, Listed("guests", kind, tmp_path / "list.csv"), Caller("li"))
    assert kept.n_kept == 1
    assert key not in str(ws.warehouse.read(ws.warehouse.table("list_members")).to_pylist())
