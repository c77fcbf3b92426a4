"""Orders to measures: small cubes of days for sums, and the different people of every period."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.metric.change import Cubes, OfPeople, is_of, stacked
from quanyu.measure.metric.mask import Masks, seen, where
from quanyu.measure.metric.periods import MetricScratch, Periods, Side, Sides, add_up, of_sides, slices
from quanyu.method.person import of_somebody
from quanyu.tables.margin import orders_with_margin
from quanyu.tables.metric.period import WINDOWS, preset
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, local_day
from quanyu.workspace import Workspace

DIMENSIONS = ("all", "channel", "region")
FLAGS = ("is_sale", "was_paid", "is_return")
AMOUNTS = (
    "paid_amount", "gross_amount", "discount_amount", "shipping_amount", "refund_amount", "net_amount",
    "margin_amount", "n_items",
)  # fmt: skip
SUMS = (
    "paid", "paid_on_sales", "paid_by_known", "gross", "discount", "shipping", "refund", "net", "margin",
    "net_with_margin", "n_orders", "n_paid_orders", "n_refunded_orders", "n_items",
)  # fmt: skip
COUNTS = ("n_buyers", "n_new_buyers", "n_repeat_buyers")
BACK = ("n_previous_buyers", "n_returning_buyers")


def _sums_of(scratch: MetricScratch, periods: Periods, sides: Sides) -> Cubes:
    """Return what adds up over buyers: sums by day and place, and by day and age; buyers, and who came back, per period.

    A sale counts on the day it was paid, a return document on its own day.
    """
    rows = scratch.keep(of_sides(sides, lambda side: order_rows(side, scratch.zone)))
    bought, firsts = bought_by_day(scratch, rows)
    known = [("person", "buyer"), ("side", "side_of")]
    dated = rows.left_join(firsts, known).drop("buyer", "side_of")
    read = scratch.warehouse.read
    trade = read(rows.group_by("side", "day", "channel", "region").agg(**order_sums(rows)))
    buyers = scratch.keep(bought.inner_join(firsts, known).drop("buyer", "side_of"))
    spread = scratch.spread(buyers, trade["day"], periods.calendars)
    return {
        "trade": trade,
        "ages": read(dated.group_by("side", "day", "first_on").agg(**order_sums(dated))),
        **_buying(scratch, buyers, spread, periods, sides),
    }


def _passed(scratch: MetricScratch, periods: Periods, sides: Sides) -> Cubes:
    """Return the different buyers of the windows alone."""
    bought, firsts = bought_by_day(
        scratch, scratch.keep(of_sides(sides, lambda side: _sales(side, scratch.zone)))
    )
    buyers = bought.inner_join(firsts, [("person", "buyer"), ("side", "side_of")]).drop("buyer", "side_of")
    counts, back = _in_windows(scratch, buyers, periods, sides)
    return {"buyers": stacked(COUNTS, counts), "returning": stacked(BACK, back)}


def _told(scratch: MetricScratch, cubes: Cubes, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the measures of `orders` per period and slice."""
    sums, ages = (_with_margins(cubes[name]) for name in ("trade", "ages"))
    returning = cubes["returning"]
    return [
        *add_up(scratch, sums, periods, DIMENSIONS),
        _by_age(scratch, ages, periods),
        cubes["buyers"],
        returning.filter(pc.less(returning["on"], pa.scalar(as_of, pa.date32()))),
    ]


def _whose(ws: Workspace, days: frozenset[dt.date]) -> list[ir.Table]:
    """Return whose the orders of some days are; one without an identifier is a buyer of its own."""
    orders = _dated(ws.warehouse.table("orders"), ws.settings.timezone)
    orders = orders.filter(is_of(orders.day, days))
    return [orders.select(key=group_key(orders.id_key.coalesce(orders.order_id)))]


def _buying(
    scratch: MetricScratch, buyers: ir.Table, spread: ir.Table, periods: Periods, sides: Sides
) -> Cubes:
    """Return the different buyers per period and slice, and how many of the period before came back."""
    people = scratch.keep(people_of(spread, "all"))
    counts = [
        count_people(scratch, people, "all"),
        count_people(scratch, people.mutate(slice=new_or_old(people)), "new_old"),
        *[count_people(scratch, people_of(spread, dimension), dimension) for dimension in DIMENSIONS[1:]],
    ]
    back = [_returning(scratch, people)] if periods.calendar else []
    in_windows, back_in_windows = _in_windows(scratch, buyers, periods, sides)
    return {
        "buyers": stacked(COUNTS, counts + in_windows),
        "returning": stacked(BACK, back + back_in_windows),
    }


def _with_margins(cube: pa.Table) -> pa.Table:
    """Return a cube for adding up; no margin is known where it is of no order."""
    margin = pc.if_else(pc.greater(cube["n_margins"], 0), cube["margin"], None)
    return cube.set_column(cube.column_names.index("margin"), "margin", margin).drop(["n", "n_margins"])


def order_rows(side: Side, zone: str) -> ir.Table:
    """Return the orders with their day, what they are, and whose."""
    orders = _dated(orders_with_margin(side.warehouse.table), zone)
    orders = orders.filter(orders.was_paid | orders.is_return, orders.day < side.as_of)
    return of_somebody(side.warehouse, orders.select("id_key", "day", "channel", "region", *FLAGS, *AMOUNTS))


def _sales(side: Side, zone: str) -> ir.Table:
    """Return what tells when and where somebody bought."""
    orders = _dated(side.warehouse.table("orders"), zone)
    orders = orders.filter(orders.is_sale, orders.day < side.as_of)
    return of_somebody(side.warehouse, orders.select("id_key", "day", "channel", "region", "is_sale"))


def _dated(orders: ir.Table, zone: str) -> ir.Table:
    """Return orders with their day and what they are."""
    is_return, sale = orders.status == "returned", is_sale(orders)
    was_paid = sale | ((orders.status == "closed") & orders.paid_at.notnull() & (orders.paid_amount > 0))
    at = ibis.ifelse(is_return, orders.ordered_at, ibis.coalesce(orders.paid_at, orders.ordered_at))
    return orders.mutate(day=local_day(at, zone), is_sale=sale, was_paid=was_paid, is_return=is_return)


def bought_by_day(scratch: MetricScratch, rows: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Return every day, person, channel and region with a sale, and of every buyer the first day."""
    sales = rows.filter(rows.is_sale, rows.person.notnull())
    bought = scratch.keep(sales.select("side", "day", "person", "channel", "region").distinct())
    firsts = bought.group_by(buyer=bought.person, side_of=bought.side).agg(first_on=bought.day.min())
    return bought, scratch.keep(firsts)


def order_sums(rows: ir.Table) -> dict[str, ir.Value]:
    """Return the measures of orders that are sums, and of how many orders they are."""
    sale, paid, is_refund = rows.is_sale, rows.was_paid, rows.refund_amount > 0
    has_margin = rows.margin_amount.notnull()
    sums = {
        "paid": rows.paid_amount.sum(where=paid),
        "paid_on_sales": rows.paid_amount.sum(where=sale),
        "paid_by_known": rows.paid_amount.sum(where=sale & rows.person.notnull()),
        "gross": rows.gross_amount.sum(where=sale),
        "discount": rows.discount_amount.sum(where=sale),
        "shipping": rows.shipping_amount.sum(where=sale),
        "refund": rows.refund_amount.sum(),
        "net": rows.net_amount.sum(),
        "net_with_margin": rows.net_amount.sum(where=has_margin),
        "n_orders": sale.cast("int64").sum(),
        "n_paid_orders": paid.cast("int64").sum(),
        "n_refunded_orders": (is_refund | rows.is_return).fill_null(False).cast("int64").sum(),
        "n_items": rows.n_items.sum(where=sale),
    }
    filled = {name: total.fill_null(0) for name, total in sums.items()}
    margins = {"n_margins": has_margin.cast("int64").sum(), "margin": rows.margin_amount.sum()}
    return {"n": rows.count()} | filled | margins


def new_or_old(rows: ir.Table) -> ir.StringValue:
    """New: the first sale in the data falls in the same period."""
    return ibis.cases((rows.first_on >= rows.on, "new"), (rows.first_on < rows.on, "old"), else_="unknown")


def _by_age(scratch: MetricScratch, ages: pa.Table, periods: Periods) -> pa.Table:
    spread = scratch.spread(scratch.known(ages), ages["day"], periods)
    sums = {name: spread[name].sum().cast("float64") for name in SUMS}
    return scratch.read(spread.group_by("grain", "on", slice=new_or_old(spread)).agg(**sums), "new_old")


def people_of(rows: ir.Table, dimension: str) -> ir.Table:
    """One row per period, slice and buyer."""
    return rows.group_by("side", "grain", "on", "person", slice=slices(rows, dimension)).agg(
        earliest=rows.day.min(), latest=rows.day.max(), first_on=rows.first_on.min()
    )


def count_people(scratch: MetricScratch, people: ir.Table, dimension: str) -> pa.Table:
    """Return how many buyers there are per period and slice, new ones and ones who bought on several days."""
    is_repeat = ibis.ifelse(
        people.grain == "day", ibis.null("int64"), (people.latest > people.earliest).cast("int64")
    )
    counted = people.group_by("side", "grain", "on", "slice").agg(
        n_buyers=people.count().cast("float64"),
        n_new_buyers=(people.first_on >= people.on).cast("int64").sum().cast("float64"),
        n_repeat_buyers=is_repeat.sum().cast("float64"),
    )
    return scratch.read(counted, dimension)


def _returning(scratch: MetricScratch, people: ir.Table) -> pa.Table:
    """Return how many buyers of every week and month bought again in the next."""
    here = people.filter(people.grain != "day").select("side", "grain", "on", "person")
    follows = ibis.cases(
        (here.grain == "week", (here.on + ibis.interval(days=7)).cast("date")),
        (here.grain == "month", (here.on + ibis.interval(months=1)).cast("date")),
    )
    before = here.mutate(follows=follows)
    again = here.rename(again="person", again_grain="grain", again_on="on", again_side="side")
    same = [("person", "again"), ("grain", "again_grain"), ("follows", "again_on"), ("side", "again_side")]
    both = before.left_join(again, same)
    counted = both.group_by("side", "grain", on=both.follows, slice=ibis.literal("all")).agg(
        n_previous_buyers=both.count().cast("float64"), n_returning_buyers=both.again.count().cast("float64")
    )
    return scratch.read(counted, "all")


def _in_windows(
    scratch: MetricScratch, buyers: ir.Table, periods: Periods, sides: Sides
) -> tuple[list[pa.Table], list[pa.Table]]:
    """Return the different buyers of the windows, and how many of the window before came back."""
    masks = Masks.of(scratch, periods.windows, sides)
    if masks is None:
        return [], []
    marked = masks.mark(buyers)
    marked = scratch.keep(masks.mark(marked.filter(marked.mask != 0), "first_on", "first"))
    counts: list[pa.Table] = []
    back: list[pa.Table] = []
    for dimension in DIMENSIONS:
        people = _bits(marked, dimension)
        if dimension == "all":
            people = scratch.keep(people)
        bits = {"n_buyers": people.has, "n_new_buyers": people.new, "n_repeat_buyers": people.again}
        counts.append(masks.count(scratch, people, dimension, bits))
        if dimension == "all":
            counts += _new_and_old(scratch, masks, people)
            back += _back(scratch, masks, people, periods, sides[0].as_of)
    return counts, back


def _bits(rows: ir.Table, dimension: str) -> ir.Table:
    """Return per buyer and slice the windows they bought in, bought in on two days, and bought in for the first time.

    A window that holds two days holds all between, so neighbouring days tell whether it holds two.
    """
    rows = rows.mutate(slice=slices(rows, dimension))
    in_order = ibis.window(group_by=[rows.side, rows.person, rows.slice], order_by=rows.day)
    rows = rows.mutate(day_before=rows.day.lag().over(in_order), mask_before=rows.mask.lag().over(in_order))
    is_other = (rows.day_before < rows.day).fill_null(False)
    again = where(is_other, rows.mask & rows.mask_before.fill_null(0))
    people = seen(rows, "side", "person", "slice", has=rows.mask, again=again, first=rows["first"])
    return people.mutate(new=people.has & people["first"])


def _new_and_old(scratch: MetricScratch, masks: Masks, people: ir.Table) -> list[pa.Table]:
    counts = []
    for name, theirs in (("new", people.new), ("old", people.has - people.new)):
        rows = people.mutate(slice=ibis.literal(name), theirs=theirs)
        bits = {
            "n_buyers": rows.theirs,
            "n_new_buyers": rows.theirs & rows.new,
            "n_repeat_buyers": rows.again & rows.theirs,
        }
        counts.append(masks.count(scratch, rows, "new_old", bits))
    return counts


def _back(
    scratch: MetricScratch, masks: Masks, people: ir.Table, periods: Periods, as_of: dt.date
) -> list[pa.Table]:
    """Return how many buyers of the period before a window bought again in it."""
    place = {(sign, window.grain, window.since): at for at, sign, window in masks.places}
    pairs = (
        [(now.previous(), now) for now in (preset(name, as_of) for name in WINDOWS)]
        if periods.calendar
        else []
    )
    sums: dict[str, ir.Value] = {}
    for before, now in pairs:
        for sign in masks.signs:
            was, here = (place[sign, window.grain, window.since] for window in (before, now))
            of_before = (people.has >> was) & 1
            sums |= {
                f"{now.grain}_before_{sign}": of_before.sum().cast("int64"),
                f"{now.grain}_again_{sign}": (of_before & (people.has >> here)).sum().cast("int64"),
            }
    counted = scratch.warehouse.read(people.group_by("side").agg(**sums)).to_pylist() if sums else []
    told = [
        {
            "grain": now.grain, "on": now.since, "slice": "all", "dimension": "all",
            "side": sign * row["side"], "n_previous_buyers": float(row[f"{now.grain}_before_{sign}"]),
            "n_returning_buyers": float(row[f"{now.grain}_again_{sign}"]),
        }
        for row in counted for _, now in pairs for sign in masks.signs if row[f"{now.grain}_before_{sign}"]
    ]  # fmt: skip
    return [pa.Table.from_pylist(told)] if told else []


READS = ("orders", "margins", "identities")
TRADE = OfPeople(READS, _whose, _sums_of, _passed, ("orders", "identities"), _told)
