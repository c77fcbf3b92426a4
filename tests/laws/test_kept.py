"""What is kept from turn to turn is what everything at once gives, whatever came, went or changed in between."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import MakeWorkspace, on_duckdb, written_by
from tests.laws.shop import Shop
from tests.rule.crowd import by_name

import quanyu.workspace
from quanyu import ledger
from quanyu.collect.quality.count import counted, from_rows
from quanyu.collect.quality.lines import Judged, judged_by_lines
from quanyu.collect.quality.quality import check
from quanyu.loop import STEPS
from quanyu.measure.attribution.attribution import attribution
from quanyu.measure.attribution.path import Found
from quanyu.measure.attribution.walk import anew, walked
from quanyu.measure.metric import compute, renewal
from quanyu.measure.metric.change import roles_of
from quanyu.measure.metric.compute import OF_PEOPLE, Last, added_up, metrics
from quanyu.measure.metric.periods import days_of
from quanyu.measure.metric.renewal import LOOKED_AT, READS, days_touched
from quanyu.method.change import Made, touch, touched
from quanyu.method.scratch import Scratch
from quanyu.rule import Asking, parse, population
from quanyu.tables import contract
from quanyu.tables.metric.period import WINDOWS, preset, windows
from quanyu.understand.fact import fact_step
from quanyu.understand.fact.fact import PARTS, Facts
from quanyu.understand.fact.fact_step import facts
from quanyu.understand.fact.visit_step import visits
from quanyu.understand.segment.segment_step import segments
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace
from quanyu.workspace.kept import kept as kept_beside


def facts_hold(ws: Workspace, day: dt.date, *, is_told: bool = True) -> None:
    """Do the step; the table is what all rows at once give."""
    facts(ws, day)
    if is_told:
        kept = ws.warehouse.read(ws.warehouse.table("facts").order_by("person_id")).to_pylist()
        other = on_duckdb(ws)
        with Scratch(other) as scratch:
            whole = other.warehouse.read(
                Facts(other, day, scratch.keep).table().order_by("person_id")
            ).to_pylist()
        assert kept == [{"as_of": day, **row} for row in whole]


def paths_hold(ws: Workspace, day: dt.date, *, is_told: bool = True) -> None:
    """Walk from what is kept, and do the step; the paths are those that all people walked at once."""
    if is_told:
        other = on_duckdb(ws)
        with Scratch(ws) as kept_by, Scratch(other) as scratched:
            renewed, all_anew = walked(ws, day, kept_by)[0], anew(other, day, scratched)
        assert renewed.totals.to_pylist() == all_anew.totals.to_pylist()
        assert {where: told(one) for where, one in placed(renewed.every)} == {
            where: told(one) for where, one in placed(all_anew.every)
        }
    else:
        attribution(ws, day)


def metrics_hold(ws: Workspace, day: dt.date, *, is_told: bool = True) -> None:
    """Do the step; the table is what all days at once give."""
    metrics(ws, day)
    if is_told:
        kept = ws.warehouse.read(ws.warehouse.table("metrics")).to_pylist()
        assert kept == added_up(on_duckdb(ws), day).rows.to_pylist()


def quality_holds(ws: Workspace, day: dt.date, *, is_told: bool = True) -> None:
    """Do the step; what it counted is what all rows at once give."""
    check(ws, day)
    if is_told:
        remembered = kept_beside(ws, "findings")
        assert remembered is not None
        known, other = from_rows(remembered["counts"]), on_duckdb(ws)
        assert known == {name: counted(other, contract(name), day, {}, None) for name in known}
        judged = judged_by_lines(other, None, None)
        assert judged and Judged.kept(remembered) == judged


SEGMENTS = {
    "often": "visited >= 2 times in last 30 days", "days": "visited on >= 2 days in last 90 days",
    "searched": "did search in last 29 days", "quiet": "never visited in last 31 days", "buyers": "bought >= 2 times in last 90 days",
    "spent": "bought with total net_amount >= 4 in last 365 days", "first": "first bought in last 30 days",
    "last": "last bought more than 90 days ago", "jd": "last bought with channel = jd",
    "lines": "bought_item >= 2 times in last 91 days",
    "tea": "bought_item where (item.category = 茶) in last 365 days", "refund": "got_refund in last 2 days",
    "paid": "bought where (paid_at in last 30 days)", "left": "did search then not bought within 2 days in last 31 days",
    "then": "bought then visited within 30 days", "said": "said review with average score >= 3", "met": "met sms in last 90 days",
    "sent": "received >= 2 times in last 31 days", "opened": "opened sms where (send.campaign_id = c1) in last 30 days",
    "fixed": "visited from 2026-10-20 until 2026-11-19", "month": "visited in last 1 months", "hours": "visited in last 36 hours",
    "ahead": "bought between 31 and 1 days ago", "lot": "in random 30%", "either": "in segment often or in segment spent",
    "both": "in segment quiet and not in segment either and frequency is unknown", "all": "in segment both or in segment often",
}  # fmt: skip
"""Segments that ask for what people did by every kind of window, some that name others, and some that ask for traits."""


FEW = ("often", "spent", "left", "either", "first", "lot")


def segments_hold(ws: Workspace, day: dt.date, *, is_told: bool = True) -> None:
    """Do the step; the members are those whom the rules hold of all rows at once."""
    if not ledger.list_segments(ws.ledger):
        # Spark asks each of them in seconds: a few stand for all.
        some = SEGMENTS if ws.settings.engine == "duckdb" else dict.fromkeys(FEW)
        for name, rule in ((name, SEGMENTS[name]) for name in some):
            ledger.save_segment(ws.ledger, name, rule, "", who="li", at=ws.now())
    segments(ws, day)
    if is_told:
        rows = ws.warehouse.read(ws.warehouse.table("segment_members")).to_pylist()
        known = [one.segment_id for one in ledger.list_segments(ws.ledger)]
        held = {name: {row["person_id"] for row in rows if row["segment_id"] == name} for name in known}
        other = on_duckdb(ws)
        trees = {name: parse(SEGMENTS[name]) for name in known}
        everybody = other.warehouse.read(by_name(population(trees, Asking.of(other, day)))).to_pylist()
        assert held == {name: {row["person_id"] for row in everybody if row[name]} for name in known}


HOLD: Mapping[str, Callable[..., None]] = {
    "facts": facts_hold,
    "attribution": paths_hold,
    "metrics": metrics_hold,
    "quality": quality_holds,
    "segments": segments_hold,
}


def test_every_step_that_keeps_is_under_the_law() -> None:
    """Those of visits, identity, people and margins are beside them."""
    kept = {step.name for step in STEPS if step.kept != "whole"}
    assert kept == {"visits", "identity", "people", "margins", *HOLD}


def placed(every: Any) -> list[tuple[tuple[str, int], Found]]:
    return [((one.level, one.window_days), one) for one in every]


def told(found: Found) -> tuple[Any, ...]:
    """Return paths exactly, and the decayed shares to nine digits."""
    shares = [
        {
            name: value if isinstance(value, (str, int)) else round(float(value), 9)
            for name, value in row.items()
        }
        for row in found.decay.to_pylist()
    ]
    return found.rows.to_pylist(), shares


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def test_turn_by_turn_is_all_at_once(make_workspace: MakeWorkspace, engine: str) -> None:
    """One cheap case of all on both engines: what Spark keeps turn by turn is what DuckDB gives at once."""
    workspace = make_workspace(engine, attribution={"n_resamples": 20, "other_windows": [90]})
    shop = Shop(written_by(workspace), 5)
    for n, is_second in ((120, False), (8, True)):
        for _ in range(n):
            shop.change()
        shop.write()
        visits(workspace, shop.day)
        for hold in HOLD.values():
            hold(workspace, shop.day, is_told=is_second)
        shop.day += dt.timedelta(days=1)


@settings(max_examples=2, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    turns=st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from([0, 1, 1, 2, 30, -1])), min_size=2, max_size=3
    ),
)
def test_whatever_changes_turn_by_turn_is_all_at_once(seed: int, turns: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = quanyu.workspace.create(Path(folder) / "shop", attribution={"n_resamples": 20})
        shop = Shop(ws, seed)
        for turn, (n, days) in enumerate(((600, 0), *turns)):
            for _ in range(n):
                shop.change()
            shop.day += dt.timedelta(days=days)
            shop.write()
            visits(shop.ws, shop.day)
            # The first turn keeps nothing from one before: it does all at once.
            for hold in HOLD.values():
                hold(shop.ws, shop.day, is_told=turn > 0)
            if turn:
                attribution(shop.ws, shop.day)
            shop.ws.warehouse.turn.end()
        shop.ws.close()


AT = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
BEFORE: dict[str, dict[str, Any]] = {
    "orders": {
        "order_id": "o1", "source": "t", "id_key": "user:1", "ordered_at": AT,
        "status": "completed", "paid_amount": 5, "net_amount": 5,
    },
    "order_lines": {"order_id": "o1", "source": "t", "line_no": 1, "item_id": "tea"},
    "margins": {"order_id": "o1", "source": "t", "margin_amount": 1},
    "items": {"item_id": "tea", "brand": "A"},
    "visits": {"id_key": "user:1", "channel": "own", "began_at": AT, "ended_at": AT, "began_on": AT.date(), "ended_on": AT.date()},
    "touches": {"touch_id": "t1", "source": "t", "id_key": "user:1", "touched_at": AT, "kind": "click"},
    "feedback": {"feedback_id": "f1", "source": "t", "kind": "review", "id_key": "user:1", "said_at": AT},
    "deliveries": {"send_id": "d1", "person_id": "ann", "sent_at": AT, "status": "delivered"},
    "identities": {"id_key": "user:1", "kind": "user", "person_id": "ann"},
    "people": {"person_id": "ann", "n_identifiers": 1},
    "visit_days": {"id_key": "user:1", "channel": "own", "session_id": "s", "visited_on": AT.date()},
    "spend": {"spent_on": AT.date(), "source": "t", "platform": "baidu"},
    "links": {"id_key": "user:1", "other_key": "phone:1", "source": "t"},
    "members": {"id_key": "user:1", "source": "t"},
    "consents": {"id_key": "user:1", "source": "t", "purpose": "p", "channel": "sms", "is_granted": True, "decided_at": AT},
    "leads": {"lead_id": "l1", "source": "t", "id_key": "user:1", "contacted_on": AT.date()},
    "events": {"event_id": "e1", "source": "t", "id_key": "user:1", "name": "search", "occurred_at": AT},
    "responses": {"send_id": "d1", "person_id": "ann", "kind": "open", "responded_at": AT},
}  # fmt: skip
"""One row of every source, all of one person."""
AFTER: dict[str, dict[str, Any]] = {
    "orders": {"status": "closed"}, "order_lines": {"n_items": 2}, "margins": {"margin_amount": 2}, "items": {"brand": "B"},
    "visits": {"n_events": 2}, "touches": {"kind": "sent"}, "feedback": {"score": 1.0}, "deliveries": {"status": "failed"},
    "identities": {"person_id": "bo"}, "people": {"person_id": "bo"},
    "visit_days": {"n_events": 2}, "spend": {"clicks": 3}, "links": {"is_verified": True},
    "members": {"name": "李雷"}, "consents": {"is_granted": False}, "leads": {"contacted_on": DAY},
    "events": {"name": "page_view"}, "responses": {"kind": "click"},
}  # fmt: skip
"""What changes in each."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("laws") / "shop")
    for name, row in BEFORE.items():
        put(ws, name, row)
    yield ws
    ws.close()


def put(ws: Workspace, name: str, *rows: dict[str, Any]) -> None:
    kinds = change_schema(name)
    whole = [{**dict.fromkeys(kinds.names), **row} for row in rows]
    ws.warehouse.replace(name, pa.Table.from_pylist(whole, kinds), by=contract(name).owner)


def change_schema(name: str) -> pa.Schema:
    kinds = contract(name).schema.to_pyarrow()
    return pa.schema([kinds.field(column).remove_metadata().with_nullable(True) for column in kinds.names])


def names_of(ws: Workspace, before: Made, day: dt.date, edges: Any) -> set[str]:
    """Return who of ann and bo is touched."""
    who = touched(ws, before, day, edges)
    assert who
    known = pa.table({"person_id": ["ann", "bo"]})
    rows = ibis.memtable(known)
    found = rows.mutate(person=group_key(rows.person_id)).semi_join(who.people, "person")
    return set(ws.warehouse.read(found.select("person_id"))["person_id"].to_pylist())


@pytest.mark.parametrize("name", sorted({*touch.SOURCES} - {"spend"}))
def test_every_source_tells_of_its_people(
    filled: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Made({source: filled.warehouse.version(source) for source in touch.SOURCES}, DAY)
    put(filled, name, BEFORE[name] | AFTER[name])
    try:
        assert names_of(filled, before, DAY, {}) >= {"ann"}
        monkeypatch.setattr(touch, "SOURCES", {k: v for k, v in touch.SOURCES.items() if k != name})
        assert names_of(filled, before, DAY, {}) == set(), "nothing else tells of it"
    finally:
        put(filled, name, BEFORE[name])


@pytest.mark.parametrize("name", sorted(name for name, source in touch.SOURCES.items() if source.times))
@pytest.mark.parametrize(("edge", "is_passed"), [(18, False), (19, True), (20, False)])
def test_whoever_an_edge_passes_is_touched(filled: Workspace, name: str, edge: int, is_passed: bool) -> None:
    """The row is of the first of November: 19 days before the day, so that the edge of 19 days has it inside until then."""
    before = Made(
        {source: filled.warehouse.version(source) for source in touch.SOURCES}, DAY - dt.timedelta(days=1)
    )
    assert names_of(filled, before, DAY, {name: (edge,)}) == ({"ann"} if is_passed else set())
    assert names_of(filled, Made(before.versions, DAY), DAY, {name: (edge,)}) == set(), (
        "the day has not moved"
    )


FACTS_OF: dict[str, set[str]] = {
    "orders": {"orders", "baskets"}, "margins": {"orders"}, "order_lines": {"baskets"}, "items": {"baskets"},
    "visits": {"visits"}, "touches": {"contacts"}, "feedback": {"voices"},
    "identities": {*PARTS, "who"}, "people": {*PARTS, "who"},
}  # fmt: skip
"""Which facts of a person a change of a table touches."""


@pytest.mark.parametrize("name", FACTS_OF)
def test_a_table_touches_the_facts_that_are_made_of_it(filled: Workspace, name: str) -> None:
    before = Made({source: filled.warehouse.version(source) for source in touch.SOURCES}, DAY)
    put(filled, name, BEFORE[name] | AFTER[name])
    try:
        people = fact_step.touched_people(filled, before, DAY)
        assert people
        told = {part for part, who in people.items() if filled.warehouse.read(who).num_rows}
        assert told == FACTS_OF[name]
    finally:
        put(filled, name, BEFORE[name])


TELLS: dict[str, tuple[str, ...]] = {
    "orders": ("assortment",), "order_lines": ("assortment",), "items": ("assortment",),
    "feedback": ("voice",), "spend": ("spending",),
}  # fmt: skip
"""Which groups of measures a change of a table touches by day: the order is no sale any more."""


def groups_touched(ws: Workspace, before: Made) -> dict[str, set[dt.date] | None]:
    days = days_touched(ws, before, DAY)
    assert days is not None
    return {group: some for group, some in days.items() if some}


@pytest.mark.parametrize("name", ["margins", "order_lines", "items"])
def test_what_an_order_is_made_of_tells_beside_orders_that_differ(filled: Workspace, name: str) -> None:
    """The order of somebody else differs too; that of ann is the same, what it earned or holds is not."""
    other = BEFORE["orders"] | {"order_id": "o2", "id_key": "user:2"}
    put(filled, "orders", BEFORE["orders"], other)
    before = Made({source: filled.warehouse.version(source) for source in touch.SOURCES}, DAY)
    put(filled, "orders", BEFORE["orders"], other | AFTER["orders"])
    put(filled, name, BEFORE[name] | AFTER[name])
    try:
        assert names_of(filled, before, DAY, {}) == {"ann"}
    finally:
        for changed in ("orders", name):
            put(filled, changed, BEFORE[changed])


def test_a_refund_touches_nothing_that_was_sold(filled: Workspace) -> None:
    before = Made({source: filled.warehouse.version(source) for source in READS}, DAY)
    put(filled, "orders", BEFORE["orders"] | {"refund_amount": 5, "net_amount": 0})
    try:
        assert groups_touched(filled, before) == {}
    finally:
        put(filled, "orders", BEFORE["orders"])


PEOPLE: dict[str, dict[str, Any]] = {
    "orders": {"paid_amount": 7}, "margins": {"margin_amount": 2}, "visits": {"n_page_views": 5},
    "visit_days": {"n_page_views": 5},
}  # fmt: skip


@pytest.fixture
def sold(make_workspace: MakeWorkspace) -> Workspace:
    """Return a shop with all that metrics count of people: ann is known by one identifier and buys by another as well."""
    ws = make_workspace("duckdb")
    for name in ("orders", "margins", "visits", "visit_days", "identities"):
        rows = [BEFORE[name]]
        if name in {"orders", "visits"}:
            rows.append(BEFORE[name] | {"order_id": "o2", "id_key": "user:2"})
        put(ws, name, *({key: row[key] for key in row if key in change_schema(name).names} for row in rows))
    return ws


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group, told in OF_PEOPLE.items() for name in told.reads]
)
def test_every_table_that_is_added_up_by_person_tells_of_its_people(
    sold: Workspace, group: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics(sold, DAY)
    if name == "identities":
        put(sold, name, BEFORE[name], BEFORE[name] | {"id_key": "user:2"})
    else:
        put(sold, name, BEFORE[name] | PEOPLE[name])
    last, whole = Last.turn(sold), added_up(sold, DAY).rows
    fewer = replace(OF_PEOPLE[group], reads=tuple(read for read in OF_PEOPLE[group].reads if read != name))
    with monkeypatch.context() as patched:
        patched.setattr(compute, "OF_PEOPLE", {**OF_PEOPLE, group: fewer})
        assert added_up(sold, DAY, last).rows != whole, "nothing else tells of it"
    assert added_up(sold, DAY, last).rows == whole


def test_a_first_sale_makes_earlier_orders_others(sold: Workspace) -> None:
    """Who paid for an order that was closed is neither new nor old until they buy: then that day is added up again."""
    closed = BEFORE["orders"] | {"status": "closed", "paid_at": AT}
    put(sold, "orders", closed)
    metrics(sold, DAY)
    put(
        sold, "orders", closed, BEFORE["orders"] | {"order_id": "o2", "ordered_at": AT + dt.timedelta(days=9)}
    )
    metrics_hold(sold, DAY)


def test_a_sale_to_come_is_the_first_once_its_day_has_come(sold: Workspace) -> None:
    """No row differs; the day moves past the one on which somebody pays."""
    paid_at = dt.datetime(2026, 11, 19, 4, tzinfo=dt.UTC)
    closed = BEFORE["orders"] | {"status": "closed", "paid_at": AT}
    put(sold, "orders", closed, BEFORE["orders"] | {"order_id": "o2", "paid_at": paid_at})
    metrics(sold, DAY - dt.timedelta(days=2))
    metrics_hold(sold, DAY)


def holding(day: dt.date) -> list[bool]:
    """Return which windows of a day, and which of those that they are compared with, hold the first of November."""
    shown = [preset(name, day) for name in WINDOWS]
    held = [
        one for window in shown for one in (window, window.previous(), window.last_year(is_lunar=True)[0])
    ]
    return [window.since <= AT.date() < window.until for window in held]


ONE_DAY = dt.timedelta(days=1)
FOLLOWING = [AT.date() + dt.timedelta(days=n) for n in range(2, 34)]
TURNED = [day for day in FOLLOWING if holding(day) != holding(day - ONE_DAY)]
"""The days on which what was bought leaves a window or comes into one."""


def test_windows_go_on_from_day_to_day(sold: Workspace) -> None:
    """What was bought leaves one window after the other; weeks and months begin, and windows with them.

    Turns are on the days on which that happens, on the days before, and on the first after that: none in between.
    """
    assert len(TURNED) >= 5
    metrics(sold, AT.date() + ONE_DAY)
    for day in sorted({*TURNED, *(day - ONE_DAY for day in TURNED), FOLLOWING[-1]} & {*FOLLOWING}):
        metrics_hold(sold, day)


LEFT = DAY - dt.timedelta(days=365)
"""The day that leaves the period when the next day comes."""
TAKEN: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "a touch that led nowhere": ((0,), ()),
    "a purchase of the day": ((0,), (0,)),
    "a purchase of the day without a touch": ((), (0,)),
    "one that the next touch takes on": ((0, 80), ()),
    "one that the next touch would take on, but that leads to a purchase": ((0, 80), (100,)),
    "one that began long before": ((-89, 0), ()),
    "one that leads to a purchase far ahead": ((0,), (89,)),
}
"""Days, from the one that leaves the period, of touches and of orders."""


@pytest.mark.parametrize("path", TAKEN)
def test_a_path_leaves_the_period_with_the_day_on_which_it_ended(
    make_workspace: MakeWorkspace, path: str
) -> None:
    ws = make_workspace("duckdb", attribution={"n_resamples": 20})
    noon = dt.datetime.combine(LEFT, dt.time(4), dt.UTC)
    met, bought = ([noon + dt.timedelta(days=day) for day in days] for days in TAKEN[path])
    touches = [
        BEFORE["touches"] | {"touch_id": f"t{n}", "touched_at": at, "channel": "sms"}
        for n, at in enumerate(met)
    ]
    orders = [BEFORE["orders"] | {"order_id": f"o{n}", "ordered_at": at} for n, at in enumerate(bought)]
    other = {"id_key": "user:2", "channel": "mail"}
    put(ws, "touches", *touches, BEFORE["touches"] | other | {"touch_id": "other"})
    put(ws, "orders", *orders, BEFORE["orders"] | {"order_id": "other", "id_key": "user:2"})
    put(ws, "identities", BEFORE["identities"])
    attribution(ws, DAY)
    paths_hold(ws, DAY + dt.timedelta(days=1))


def test_whom_a_row_touches_no_window_counts_twice(sold: Workspace) -> None:
    """An order of ann differs, and another leaves a window on the same day."""
    day = AT.date() + dt.timedelta(days=7)
    metrics(sold, day)
    other = BEFORE["orders"] | {"order_id": "o2", "id_key": "user:2"}
    put(sold, "orders", BEFORE["orders"] | {"channel": "jd"}, other)
    metrics_hold(sold, day + dt.timedelta(days=1))


@pytest.mark.parametrize("moved", [1, 2, 7, -1])
def test_people_are_looked_at_again_on_the_days_that_a_window_leaves_or_enters(moved: int) -> None:
    for day in (DAY + dt.timedelta(days=n) for n in range(40)):
        roles, days = roles_of(day, day + dt.timedelta(days=moved), is_lunar=True)
        for window in windows(day + dt.timedelta(days=moved), is_lunar=True):
            stood = days_of(roles[window]) if window in roles else set()
            assert days_of(window) ^ stood <= days


def test_a_margin_that_nobody_knows_any_more_is_none(sold: Workspace) -> None:
    metrics(sold, DAY)
    put(sold, "margins")
    metrics_hold(sold, DAY)


def test_nobody_has_come_back_in_a_month_that_has_not_begun(sold: Workspace) -> None:
    metrics(sold, DAY)
    rows = sold.warehouse.read(sold.warehouse.table("metrics")).to_pylist()
    assert rows and all(row["on"] < DAY for row in rows)


def test_who_was_there_by_no_name_is_counted_by_session(sold: Workspace) -> None:
    unnamed = BEFORE["visits"] | {"id_key": None, "session_id": "s1", "n_page_views": 3}
    metrics(sold, DAY)
    put(sold, "visits", BEFORE["visits"], unnamed)
    metrics_hold(sold, DAY)
    put(sold, "visits", BEFORE["visits"], unnamed, unnamed | {"session_id": "s2"})
    metrics_hold(sold, DAY)
    rows = sold.warehouse.read(sold.warehouse.table("metrics")).to_pylist()
    visitors = {row["numerator"] for row in rows if row["metric"] == "visitors" and row["grain"] == "last_30"}
    assert 3 in visitors


def test_a_catalogue_that_comes_later_is_counted(make_workspace: MakeWorkspace) -> None:
    """Lines were there before any item was known."""
    ws = make_workspace("duckdb")
    for name in ("orders", "order_lines", "identities"):
        put(ws, name, BEFORE[name] | ({"n_items": 1} if name == "order_lines" else {}))
    put(ws, "items")
    metrics_hold(ws, DAY)
    put(ws, "items", BEFORE["items"] | {"launched_on": AT.date()})
    metrics_hold(ws, DAY)
    rows = ws.warehouse.read(ws.warehouse.table("metrics")).to_pylist()
    assert any(row["numerator"] == 1 for row in rows if row["metric"] == "sell_through")


@pytest.mark.parametrize("name", sorted(LOOKED_AT))
def test_every_source_tells_of_its_days(
    filled: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is of the first of November, wherever it says so; an item has been on sale since the last day."""
    yesterday = DAY - dt.timedelta(days=1)
    put(filled, "items", BEFORE["items"] | {"launched_on": yesterday})
    before = Made({source: filled.warehouse.version(source) for source in READS}, DAY)
    other = {"item_id": "cup", "launched_on": yesterday}
    put(filled, name, other if name == "items" else BEFORE[name] | AFTER[name])
    try:
        wanted = {AT.date(), yesterday} if name == "items" else {AT.date()}
        assert groups_touched(filled, before) == dict.fromkeys(TELLS[name], wanted)
        monkeypatch.setattr(renewal, "LOOKED_AT", tuple(one for one in LOOKED_AT if one != name))
        assert groups_touched(filled, before) == {}, "nothing else tells of it"
    finally:
        for one in (name, "items"):
            put(filled, one, BEFORE[one])
