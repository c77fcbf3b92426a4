"""Slices over time, two dimensions at once, and parts of the shop: the same numbers as `metrics` keeps, and none invented."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from quanyu.measure.metric import read
from quanyu.measure.metric.compute import metrics
from quanyu.measure.metric.explore import Cut, explore, known_slices
from quanyu.measure.metric.explore.cross import JOINT, crossed, is_crossed
from quanyu.measure.metric.periods import Periods
from quanyu.tables.metric.catalogue import METRICS
from quanyu.understand.fact.visit_step import visits

AS_OF = dt.date(2026, 11, 20)


@pytest.fixture
def ws(make_workspace, write_orders, random_orders):
    ws = make_workspace()
    write_orders(ws, random_orders(11, 300))
    orders = ws.warehouse.read(ws.warehouse.table("orders"))
    regions = pa.array([("上海", "浙江", None)[number % 3] for number in range(orders.num_rows)], pa.string())
    place = orders.column_names.index("region")
    ws.warehouse.replace("orders", orders.set_column(place, "region", regions), by="collect")
    metrics(ws, AS_OF)
    return ws


@pytest.mark.parametrize("dimension", ["channel", "region", "new_old"])
def test_what_is_counted_from_orders_is_what_metrics_keeps(ws, dimension) -> None:
    period = read.period(ws, "last_30")
    for name in filter(is_crossed, METRICS):
        kept = read.open_metrics(ws, [name], [dimension], [period.grain])
        rows = crossed(ws, name, Cut((dimension,)), Periods((period,)), AS_OF).to_pylist()
        told = {(row["dimension"], row["grain"], row["on"], row["slice"]): row["numerator"] for row in rows}
        known = {
            (of, grain, on, part): sums[0]
            for (_, of), periods in kept.rows.items()
            for (grain, on), parts in periods.items()
            for part, sums in parts.items()
            if grain != "last_30" or on == period.since
        }
        assert told == pytest.approx(known), name


def test_two_dimensions_add_up_to_one_where_sums_may_be_added(ws) -> None:
    period = read.period(ws, "last_30")
    pairs = explore(ws, "net_revenue", "week", period, Cut(("channel", "region"))).slices
    single = {part.slice: part.value for part in read.breakdown(ws, "net_revenue", "channel", period)}
    for channel, value in single.items():
        among = [part.value or 0 for part in pairs if part.slice.split(JOINT)[0] == channel]
        assert len(among) > 1 and sum(among) == pytest.approx(value)


def test_a_line_per_slice_adds_up_to_the_whole_week_by_week(ws) -> None:
    told = explore(ws, "net_revenue", "week", read.period(ws, "last_30"), Cut(("channel",)))
    assert {course.slice for course in told.courses} == {"taobao", "jd", "unknown"}
    weeks = list(zip(*(course.values for course in told.courses), strict=True))
    assert [sum(week) for week in weeks] == pytest.approx(list(told.whole))
    assert told.is_divided and told.newest == (4, 7)
    days = explore(ws, "net_revenue", "day", read.period(ws, "last_30"), Cut(("channel",)))
    assert days.newest is None and len(days.whole) == 30


def test_people_of_several_channels_are_counted_once(ws) -> None:
    period = read.period(ws, "last_30")
    both = Cut(("channel",), (("channel", ("jd", "taobao")),))
    told = explore(ws, "n_buyers", "week", period, both)
    apart = [part.value for part in told.slices]
    assert max(apart) < told.card.value < sum(apart)
    assert not told.is_divided
    days = read.period(ws, "", period.since, period.until)
    assert explore(ws, "n_buyers", "week", days, both).card.value == told.card.value


def test_a_part_of_the_shop_is_the_slice_of_it(ws) -> None:
    period = read.period(ws, "last_30")
    for name in ("net_revenue", "n_buyers", "refund_rate"):
        told = explore(ws, name, "week", period, Cut(("region",), (("channel", ("jd",)),)))
        kept = {part.slice: part.value for part in read.breakdown(ws, name, "channel", period)}
        assert told.card.value == pytest.approx(kept["jd"])
        assert len(told.slices) > 1


def test_visitors_of_several_channels_have_no_whole(ws) -> None:
    at = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    events = [
        {
            "event_id": str(number), "source": "t", "occurred_at": at + dt.timedelta(days=number),
            "id_key": f"cookie:{number % 5}", "session_id": str(number), "channel": "abc"[number % 3], "name": "page_view",
        }
        for number in range(79)
    ]  # fmt: skip
    ws.warehouse.merge("events", pa.Table.from_pylist(events), by="collect")
    visits(ws, AS_OF)
    metrics(ws, AS_OF)
    period = read.period(ws, "last_30")
    listed = known_slices(ws, "visitors").slices["channel"]
    several = explore(ws, "visitors", "week", period, Cut(("channel",), (("channel", listed[:2]),)))
    assert several.card.value is None and len(several.slices) == 2
    assert not several.has_whole and several.explained.mover
    single = explore(ws, "visitors", "week", period, Cut(("channel",), (("channel", listed[:1]),)))
    assert single.card.value == single.slices[0].value
    views = explore(ws, "page_views", "week", period, Cut(("channel",), (("channel", listed[:2]),)))
    assert views.card.value == pytest.approx(sum(part.value for part in views.slices))


def test_mix_is_told_only_of_slices_that_divide_the_whole(ws) -> None:
    period = read.period(ws, "last_30")

    def has_mix(name: str, *by: str) -> bool:
        return explore(ws, name, "week", period, Cut(by)).explained.has_mix

    assert has_mix("refund_rate", "channel") and has_mix("repurchase_rate", "new_old")
    assert not has_mix("net_revenue", "channel")
    assert not has_mix("repurchase_rate", "channel")
    assert not has_mix("repurchase_rate", "new_old", "channel")


def test_slices_are_known_only_by_the_dimensions_that_are_kept(ws) -> None:
    assert set(known_slices(ws, "net_revenue").slices) == {"channel", "region", "new_old"}
    assert not known_slices(ws, "return_purchase_rate").slices
