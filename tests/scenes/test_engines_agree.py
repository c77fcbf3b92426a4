"""DuckDB and two Spark workers give the same answer: one shop, two turns with a campaign between them, every table.

Both workspaces have the same secret, clock, settings and files. The first turn takes the steps that an audience is
chosen by; what it proposes is approved, people are joined and parted by hand, the shop goes on with all that, and the
second turn takes every step there is. What tests of a step leave to this scene has to be in it: `MET` says where.

Nothing is left out of the comparison: times of writing are those of the one clock, and fits have one id because what
they learn from is added up as money or whole numbers, which no order of rows can change. Only `number` columns, which
are binary floating point, may differ by `TOLERANCE`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from quanyu import ledger, loop
from quanyu.collect.identity.correction import merge, split
from quanyu.collect.listed import Listed, keep_list
from quanyu.collect.load.load import load
from quanyu.part.action import Caller
from quanyu.tables import CONTRACTS, Table, contract
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, resume, simulate
from quanyu.world.enact import enact

TOLERANCE = 1e-9
"""Relative, and absolute below one.

A sum of n numbers added in another order moves by at most n * 2**-53 of the sum of their sizes: 1e-11 for the
100 000 rows that a table here may have. This leaves a hundred times that for what is worked out from sums, while one
row too many or too few would move a sum by 1e-5.
"""

FIRST_NOON = dt.datetime(2026, 10, 2, 4, tzinfo=dt.UTC)
LATER_DAYS = 30
SHOP = Shop(people=700, days=210, ends_on=dt.date(2026, 10, 1), horizon=LATER_DAYS)
FIRST_FILES = (
    "ads/wanxiangtai.csv", "consents.csv", "events.parquet", "items.csv", "members.csv", "orders/taobao_orders_new.csv",
    "orders/taobao_suborders_new.csv", "orders/youzan_orders.csv", "touches.csv",
)  # fmt: skip
LATER_FILES = ("events.parquet", "feedback.csv", "links.csv", "orders/youzan_orders.csv", "touches.csv")
FIRST_STEPS = ("visits", "identity", "people", "rfm", "segments", "audience")
"""What an audience is chosen by. Visits and identity are brought up to date by the second turn, the rest is anew."""
SEGMENTS = {
    "lately": "bought in last 30 days or in list guests",
    "carts": "did add_to_cart then not bought within 2 days in last 90 days per channel",
    "some": "in segment lately and not in random 50% and bought with total net_amount >= 50",
}
"""Members by what they did, by a list, and by each other; people come and go between the turns."""
SETTINGS: dict[str, Any] = {
    "audience": {"rule": "recency_days >= 21; frequency >= 1"},
    "attribution": {"n_resamples": 40, "other_windows": [7]},
    "curve": {"window_days": 120},
}
LINKS = (
    ("user:one", "phone:one", True), ("phone:one", "email:both", False), ("user:two", "email:both", True),
    ("jd:called", "phone:called", False), ("taobao:called", "phone:other", False),
    ("jd:brother", "phone:brothers", False), ("taobao:brother", "phone:brothers", False),
)  # fmt: skip
"""Two who own accounts and share a mailbox, two accounts of one person, and two brothers on one phone; the last is verified."""
TRAITS = """
[weekend_fan]
kind = "flag"
expression = "favourite_weekday >= 6 OR n_orders >= 2"

[spend_per_visit]
expression = "spend_amount / n_sessions"
"""
MET = {
    "people whom a later link joins": "identity_log WHERE action = 'merge'",
    "a link that would join two owners": "identity_log WHERE action = 'refuse'",
    "people whom somebody joined": "identity_log WHERE action = 'join'",
    "people whom somebody parted": "identity_log WHERE action = 'forbid'",
    "visitors without a name": "people WHERE name IS NULL",
    "traits of one's own": "portraits WHERE weekend_fan AND spend_per_visit > 0",
    "scores that people gave": "portraits WHERE satisfaction_score IS NOT NULL",
    "orders that were given back": "orders WHERE refund_amount > 0",
    "orders without a word of a discount": "orders WHERE discount_amount IS NULL AND status = 'completed'",
    "traffic by channel": "metrics WHERE dimension = 'channel' AND metric = 'sessions'",
    "credits by campaign": "credits WHERE level = 'campaign' AND model = 'shapley'",
    "people who are not reached": "deliveries WHERE status = 'suppressed' AND reason = 'no_consent'",
    "people of the control group": "deliveries WHERE status = 'held_out' AND reason = 'control'",
    "rows that were refused": "rejects",
    "people on a list": "list_members",
    "people who came into a segment": "segment_changes WHERE change = 'entered'",
    "people who left a segment": "segment_changes WHERE change = 'left'",
    "people who stay in a segment": "segment_members WHERE as_of < (SELECT max(as_of) FROM segment_sizes)",
}
"""Cases of which this scene has rows, each with where they are."""
EMPTY = {
    "categories", "continuations", "deals", "fx_rates", "leads", "prices", "stores", "messages", "responses", "scores",
    "enrolments", "given_traits", "grants", "popular_items", "recommendations", "spend_test_days", "spend_test_results",
    "tasks", "variants",
}  # fmt: skip
"""Tables that nothing in this scene fills: no file of theirs is loaded, or no step writes them yet."""


@dataclass
class Clock:
    """A clock that the test sets, for both workspaces."""

    now: dt.datetime = FIRST_NOON

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def both(make_workspace: Any, clock: Clock) -> Iterator[list[Workspace]]:
    made = [replace(make_workspace(engine, **SETTINGS), clock=clock) for engine in ("duckdb", "spark")]
    for ws in made:
        (ws.root / "traits.toml").write_text(TRAITS, encoding="utf-8")
    yield made
    made[0].close()
    # The Spark session serves other tests too.
    made[1].ledger.close()


@pytest.mark.spark
def test_the_whole_loop_gives_the_same_answer_on_duckdb_and_spark(
    both: list[Workspace], clock: Clock, tmp_path: Path
) -> None:
    world = simulate(SHOP)
    export(world, tmp_path / "first")
    for ws in both:
        first_turn(ws, tmp_path / "first" / "files")
    export(resume(world, LATER_DAYS, enact(both[0], tmp_path / "first" / "truth")), tmp_path / "later")
    clock.now += dt.timedelta(days=LATER_DAYS)
    for ws in both:
        second_turn(ws, tmp_path / "later" / "files")
    found = {name: differences(table, *both) for name, table in CONTRACTS.items()}
    assert {name: told for name, told in found.items() if told} == {}
    assert {name for name in CONTRACTS if not both[0].warehouse.count(name)} == EMPTY
    assert {case for case, rows in MET.items() if not counted(both[0], rows)} == set()
    assert records(both[0]) == records(both[1])


def first_turn(ws: Workspace, files: Path) -> None:
    """Choose an audience, and freeze and export it; join and part people."""
    bring(ws, files, FIRST_FILES)
    link(ws)
    segment(ws)
    for step in FIRST_STEPS:
        loop.run(ws, only=step)
    (proposal,) = ledger.list_decisions(ws.ledger, status="proposed")
    assert loop.decide(ws, proposal.decision_id, "approved", who="test").status == "done"
    merge(ws, "jd:called", "taobao:called", by="test", reason="called them")
    split(ws, "jd:brother", ["taobao:brother"], by="test", reason="two brothers")


def second_turn(ws: Workspace, files: Path) -> None:
    """Take every step there is, after which none is due."""
    bring(ws, files, LATER_FILES)
    assert len(loop.run(ws)) == len(loop.STEPS)
    assert not any(planned.is_due for planned in loop.explain(ws))
    assert {ran.status for ran in loop.run(ws)} == {"fresh"}


def segment(ws: Workspace) -> None:
    """Define segments by what people did, by a list, and by each other."""
    some = ws.warehouse.read(
        ws.warehouse.table("orders").select("id_key").distinct().order_by("id_key").limit(9)
    )
    guests = ws.root / "guests.txt"
    guests.write_text("\n".join(some["id_key"].to_pylist()), encoding="utf-8")
    keep_list(ws, Listed("guests", "key", guests), Caller("test"))
    for name, rule in SEGMENTS.items():
        ledger.save_segment(ws.ledger, name, rule, "", who="test", at=ws.now())


def link(ws: Workspace) -> None:
    times = dict.fromkeys(("first_seen_at", "last_seen_at"), FIRST_NOON - dt.timedelta(days=9))
    rows = [
        {"id_key": one, "other_key": other, "source": "test", "is_verified": is_verified, **times}
        for one, other, is_verified in LINKS
    ]
    schema = contract("links").schema.to_pyarrow()
    ws.warehouse.merge("links", pa.Table.from_pylist(rows, schema), by="collect")


def bring(ws: Workspace, files: Path, names: Sequence[str]) -> None:
    loaded = load(ws, [files / name for name in names])
    assert [one.status for one in loaded] == ["loaded"] * len(names)
    assert {one.status for one in load(ws, [files / name for name in names])} == {"already loaded"}


def counted(ws: Workspace, rows: str) -> int:
    (row,) = ws.warehouse.query(f"SELECT count(*) AS n FROM {rows}").to_pylist()
    return int(row["n"])


def differences(table: Table, left: Workspace, right: Workspace) -> list[str]:
    """Return the first places where the rows of a table differ, in words."""
    old, new = (rows_by_key(table, ws) for ws in (left, right))
    told = [f"only on DuckDB: {key}" for key in old.keys() - new.keys()]
    told += [f"only on Spark: {key}" for key in new.keys() - old.keys()]
    for key in old.keys() & new.keys():
        for name in old[key].keys() | new[key].keys():
            one, other = old[key].get(name, "no such column"), new[key].get(name, "no such column")
            if not is_same(one, other):
                told.append(f"{key} {name}: {one!r} on DuckDB, {other!r} on Spark")
    return sorted(told)[:5]


def rows_by_key(table: Table, ws: Workspace) -> dict[str, dict[str, Any]]:
    rows = ws.warehouse.read(ws.warehouse.table(table.name)).to_pylist()
    found = {str([row[name] for name in table.key]): row for row in rows}
    assert len(found) == len(rows), f"{table.name} has rows with one key"
    return found


def is_same(one: Any, other: Any) -> bool:
    """Money, texts, days and whole numbers are equal; floating point nearly so, nothing only to nothing."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(one == other)


def records(ws: Workspace) -> dict[str, Any]:
    """Return what the ledger has of decisions, campaigns, sends and fits."""
    return {
        "decisions": ledger.list_decisions(ws.ledger),
        "campaigns": ledger.list_campaigns(ws.ledger),
        "sends": list(ledger.stream_sends(ws.ledger)),
        "fits": sorted(one.fit_id for one in ledger.list_fits(ws.ledger)),
    }
