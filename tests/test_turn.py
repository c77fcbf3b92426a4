"""What makes a step due, what a turn refuses, and what it leaves out with a word."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.errors import DamageError, QuanyuError, WorkspaceError
from quanyu.part import program
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
OWN = '[big]\nkind = "flag"\nexpression = "n_orders > {most}"\n'


def fill(ws: Workspace, n: int = 12) -> None:
    orders = {
        "order_id": [f"o{i}" for i in range(n)],
        "source": ["test"] * n,
        "id_key": [f"taobao:{i % 5}" for i in range(n)],
        "ordered_at": [NOON - dt.timedelta(days=i) for i in range(n)],
        "status": ["completed"] * n,
        "channel": ["taobao"] * n,
        "region": ["上海"] * n,
        **dict.fromkeys(("gross_amount", "paid_amount", "net_amount"), [10] * n),
    }
    with ws.writing():
        ws.warehouse.merge("orders", pa.table(orders), by="collect")


def at(ws: Workspace, now: dt.datetime) -> Workspace:
    return Workspace(ws.root, ws.settings, lambda: now)


def due(ws: Workspace) -> dict[str, str]:
    return {one.step.name: one.why for one in loop.explain(ws) if one.is_due}


@pytest.fixture(scope="module")
def done_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after a turn, closed; copy it before changing it."""
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("turned") / "shop", clock=lambda: NOW, threads=1)
    fill(ws)
    loop.run(ws)
    ws.close()
    return ws.root


@pytest.fixture
def turned(done_once: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(done_once, tmp_path / "shop")
    ws = quanyu.workspace.open(tmp_path / "shop", clock=lambda: NOW)
    yield ws
    ws.close()


def test_a_turn_of_an_earlier_day_is_refused_and_changes_nothing(turned: Workspace) -> None:
    before = {name: turned.warehouse.version(name) for name in ("rfm", "metrics")}
    early = at(turned, NOON - dt.timedelta(days=400))
    with pytest.raises(
        WorkspaceError, match=r"would speak of 2025-09-27, but the last one spoke of 2026-11-02"
    ):
        loop.run(early)
    assert {name: turned.warehouse.version(name) for name in before} == before
    loop.run(at(turned, NOON - dt.timedelta(hours=6)))
    loop.run(early, earlier=True)
    assert ledger.last_day(turned.ledger) == dt.date(2025, 9, 27)
    early.close()


def test_a_trait_of_ones_own_appears_in_the_next_turn_and_follows_its_file(turned: Workspace) -> None:
    for most in (1, 2):
        (turned.root / "traits.toml").write_text(OWN.format(most=most), encoding="utf-8")
        assert due(turned)["portraits"] == "the day, the settings, its files or the program changed"
        loop.run(turned)
        big = turned.warehouse.table("portraits").big
        assert turned.warehouse.read(big.sum()).column(0)[0].as_py() == {1: 5, 2: 2}[most]
    assert "portraits" not in due(turned)


@pytest.mark.parametrize(
    "wrong",
    [
        '[bad]\nexpression = "read_csv(1)"',
        '[bad]\nexpression = "nothing + 1"',
        '[bad]\nexpression = "region + 1"',
        '[bad]\nexpression = "(("',
        '[bad]\nkind = "number"\nexpression = "region"',
        '[bad]\nkind = "day"\nexpression = "n_orders"',
        '[bad]\nfamily = "none"\nexpression = "n_orders"',
        "[bad]\nexpression = 5",
        '[person_id]\nexpression = "n_orders"',
    ],
)
def test_a_wrong_trait_stops_itself_only_and_says_why(turned: Workspace, wrong: str) -> None:
    (turned.root / "traits.toml").write_text(f"{OWN.format(most=1)}\n{wrong}\n", encoding="utf-8")
    (ran,) = loop.run(turned, only="portraits")
    (note,) = ran.notes
    assert note.startswith("left out: The trait"), note
    columns = turned.warehouse.table("portraits").columns
    assert "big" in columns and "bad" not in columns
    assert ledger.last_good(turned.ledger, "portraits").summary["notes"] == [note]  # type: ignore[union-attr]


def test_a_traits_file_that_cannot_be_read_is_a_note(turned: Workspace) -> None:
    (turned.root / "traits.toml").write_bytes(b"[big\xff")
    ran = {one.step: one for one in loop.run(turned)}
    assert "is not valid TOML" in ran["portraits"].notes[0]
    assert ran["audience"].status == "done", "the turn goes on"


def test_a_step_is_due_when_its_program_changed(turned: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of a module makes those steps due that use it, and they work all of it out anew."""
    read = program._digest.__wrapped__
    monkeypatch.setattr(
        program, "_digest", lambda module: f"{read(module)}{'!' * (module == 'quanyu.understand.fact.fact')}"
    )
    program.program.cache_clear()
    why = due(turned)
    assert why["facts"] == "the day, the settings, its files or the program changed"
    assert why["portraits"].startswith("reads facts") and "metrics" not in why and "rfm" not in why
    made_of = turned.warehouse.about("facts")["made_of"]
    loop.run(turned)
    assert turned.warehouse.about("facts")["made_of"]["program"] != made_of["program"]
    monkeypatch.undo()
    program.program.cache_clear()


def test_a_step_is_done_again_where_it_is_asked_for(turned: Workspace) -> None:
    versions = {name: turned.warehouse.version(name) for name in ("visits", "visit_days", "rfm")}
    assert {one.step: one.why for one in loop.run(turned, again="visit_days") if one.status == "done"}[
        "visits"
    ] == "it was asked for"
    assert turned.warehouse.version("visits") > versions["visits"]
    assert turned.warehouse.about("visits")["operationName"] == "rewrite"
    assert {one.status for one in loop.run(turned, again="all") if one.step != "act"} == {"done"}
    with pytest.raises(QuanyuError, match="There is no step 'nothing'"):
        loop.run(turned, again="nothing")


def test_a_damaged_table_stops_the_turn_until_it_is_made_again(turned: Workspace) -> None:
    before = turned.warehouse.read(turned.warehouse.table("rfm").order_by("person_id")).drop_columns("fit_id")
    for file in turned.warehouse.folder("rfm").glob("*.parquet"):
        file.unlink()
    with pytest.raises(DamageError, match="quanyu run --again rfm"):
        loop.run(turned)
    loop.run(turned, again="rfm")
    fresh = at(turned, turned.now())
    assert (
        fresh.warehouse.read(fresh.warehouse.table("rfm").order_by("person_id")).drop_columns("fit_id")
        == before
    )
    assert {one.status for one in loop.run(fresh)} <= {"done", "fresh"}
    fresh.close()
