"""Orders to measures: small cubes of days for sums, and the different people of every period."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.metric.mask import Masks, seen, where
from quanyu.measure.metric.periods import MetricScratch, Periods, add_up, slices
from quanyu.method.person import of_somebody
from quanyu.tables.margin import orders_with_margin
from quanyu.tables.metric.period import WINDOWS, preset
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import local_day

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


def trade(scratch: MetricScratch, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the sums of `orders` per period and slice, from cubes of days.

    A sale counts on the day it was paid, a return document on its own day.
    """
    rows = scratch.keep(order_rows(scratch, as_of))
    cube = scratch.cube("trade", rows.group_by("day", "channel", "region").agg(**order_sums(rows)))
    firsts = bought_by_day(scratch, as_of)[1]
    dated = rows.left_join(firsts, rows.person == firsts.buyer).drop("buyer")
    ages = scratch.cube("ages", dated.group_by("day", "first_on").agg(**order_sums(dated)))
    return [*add_up(scratch, cube, periods, DIMENSIONS), _by_age(scratch, ages, periods)]


def buying(scratch: MetricScratch, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the different buyers of `orders` per period and slice, counted anew for every one."""
    bought, firsts = bought_by_day(scratch, as_of)
    buyers = bought.inner_join(firsts, bought.person == firsts.buyer)
    buyers = scratch.keep(buyers.select("day", "person", "channel", "region", "first_on"))
    spread = scratch.spread(buyers, periods.calendars)
    people = scratch.keep(people_of(spread, "all"))
    return [
        count_people(scratch, people, "all"),
        count_people(scratch, people.mutate(slice=new_or_old(people)), "new_old"),
        *[count_people(scratch, people_of(spread, dimension), dimension) for dimension in DIMENSIONS[1:]],
        *([_returning(scratch, people, as_of)] if periods.calendar else ()),
        *_in_windows(scratch, buyers, periods, as_of),
    ]


def order_rows(scratch: MetricScratch, as_of: dt.date) -> ir.Table:
    """Return the orders of days that something touched, with their day, what they are, and whose."""

    def look(name: str) -> ir.Table:
        rows = scratch.warehouse.table(name)
        return scratch.touched(_dated(scratch, rows)).select(rows.columns) if name == "orders" else rows

    orders = _dated(scratch, orders_with_margin(look))
    orders = orders.filter(orders.was_paid | orders.is_return, orders.day < as_of)
    return of_somebody(
        scratch.warehouse, orders.select("id_key", "day", "channel", "region", *FLAGS, *AMOUNTS)
    )


def _dated(scratch: MetricScratch, orders: ir.Table) -> ir.Table:
    """Return orders with their day and what they are."""
    is_return, sale = orders.status == "returned", is_sale(orders)
    was_paid = sale | ((orders.status == "closed") & orders.paid_at.notnull() & (orders.paid_amount > 0))
    at = ibis.ifelse(is_return, orders.ordered_at, ibis.coalesce(orders.paid_at, orders.ordered_at))
    day = local_day(at, scratch.zone)
    return orders.mutate(day=day, is_sale=sale, was_paid=was_paid, is_return=is_return)


def bought_by_day(scratch: MetricScratch, as_of: dt.date) -> tuple[ir.Table, ir.Table]:
    """Return every day, person, channel and region with a sale, and of every buyer the first day; once a turn."""
    turn, warehouse = scratch.warehouse.turn, scratch.warehouse

    def work_out() -> tuple[ir.Table, ir.Table]:
        orders = _dated(scratch, warehouse.table("orders"))
        sales = orders.filter(orders.is_sale, orders.day < as_of, orders.id_key.notnull())
        rows = of_somebody(warehouse, sales.select("id_key", "day", "channel", "region"))
        bought = turn.keep(rows.select("day", "person", "channel", "region").distinct())
        return bought, turn.keep(bought.group_by(buyer="person").agg(first_on=bought.day.min()))

    versions = (warehouse.version("orders"), warehouse.version("identities"))
    return turn.once(("bought", as_of, *versions), work_out)


def order_sums(rows: ir.Table) -> dict[str, ir.Value]:
    """Return the measures of orders that are sums."""
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
    return {name: total.fill_null(0) for name, total in sums.items()} | {"margin": rows.margin_amount.sum()}


def new_or_old(rows: ir.Table) -> ir.StringValue:
    """New: the first sale in the data falls in the same period."""
    return ibis.cases((rows.first_on >= rows.on, "new"), (rows.first_on < rows.on, "old"), else_="unknown")


def _by_age(scratch: MetricScratch, ages: ir.Table, periods: Periods) -> pa.Table:
    spread = scratch.spread(ages, periods)
    sums = {name: spread[name].sum().cast("float64") for name in SUMS}
    return scratch.read(spread.group_by("grain", "on", slice=new_or_old(spread)).agg(**sums), "new_old")


def people_of(rows: ir.Table, dimension: str) -> ir.Table:
    """One row per period, slice and buyer."""
    return rows.group_by("grain", "on", "person", slice=slices(rows, dimension)).agg(
        earliest=rows.day.min(), latest=rows.day.max(), first_on=rows.first_on.min()
    )


def count_people(scratch: MetricScratch, people: ir.Table, dimension: str) -> pa.Table:
    """Return how many buyers there are per period and slice, new ones and ones who bought on several days."""
    is_repeat = ibis.ifelse(
        people.grain == "day", ibis.null("int64"), (people.latest > people.earliest).cast("int64")
    )
    counted = people.group_by("grain", "on", "slice").agg(
        n_buyers=people.count().cast("float64"),
        n_new_buyers=(people.first_on >= people.on).cast("int64").sum().cast("float64"),
        n_repeat_buyers=is_repeat.sum().cast("float64"),
    )
    return scratch.read(counted, dimension)


def _returning(scratch: MetricScratch, people: ir.Table, as_of: dt.date) -> pa.Table:
    """Return how many buyers of every week and month bought again in the next."""
    here = people.filter(people.grain != "day").select("grain", "on", "person")
    follows = ibis.cases(
        (here.grain == "week", (here.on + ibis.interval(days=7)).cast("date")),
        (here.grain == "month", (here.on + ibis.interval(months=1)).cast("date")),
    )
    before = here.mutate(follows=follows)
    before = before.filter(before.follows < as_of)
    again = here.rename(again="person", again_grain="grain", again_on="on")
    same = [before.person == again.again, before.grain == again.again_grain, before.follows == again.again_on]
    both = before.left_join(again, same)
    counted = both.group_by("grain", on=both.follows, slice=ibis.literal("all")).agg(
        n_previous_buyers=both.count().cast("float64"), n_returning_buyers=both.again.count().cast("float64")
    )
    return scratch.read(counted, "all")


def _in_windows(scratch: MetricScratch, buyers: ir.Table, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the different buyers of the windows."""
    masks = Masks.of(scratch, periods.windows)
    if masks is None:
        return []
    marked = masks.mark(buyers)
    marked = scratch.keep(masks.mark(marked.filter(marked.mask != 0), "first_on", "first"))
    counts = []
    for dimension in DIMENSIONS:
        people = scratch.keep(_bits(marked, dimension))
        bits = {"n_buyers": people.has, "n_new_buyers": people.new, "n_repeat_buyers": people.again}
        counts.append(masks.count(scratch, people, dimension, bits))
        if dimension == "all":
            counts += [*_new_and_old(scratch, masks, people), *_back(scratch, masks, people, periods, as_of)]
    return counts


def _bits(rows: ir.Table, dimension: str) -> ir.Table:
    """Return per buyer and slice the windows they bought in, bought in on two days, and bought in for the first time.

    A window that holds two days holds all between, so neighbouring days tell whether it holds two.
    """
    rows = rows.mutate(slice=slices(rows, dimension))
    in_order = ibis.window(group_by=[rows.person, rows.slice], order_by=rows.day)
    rows = rows.mutate(day_before=rows.day.lag().over(in_order), mask_before=rows.mask.lag().over(in_order))
    is_other = (rows.day_before < rows.day).fill_null(False)
    again = where(is_other, rows.mask & rows.mask_before.fill_null(0))
    people = seen(rows, "person", "slice", has=rows.mask, again=again, first=rows["first"])
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
    place = {(window.grain, window.since): at for at, window in enumerate(masks.windows)}
    pairs = (
        [(now.previous(), now) for now in (preset(name, as_of) for name in WINDOWS)]
        if periods.calendar
        else []
    )
    sums: dict[str, ir.Value] = {}
    told = []
    for before, now in pairs:
        was, here = place[before.grain, before.since], place[now.grain, now.since]
        of_before = (people.has >> was) & 1
        sums |= {
            f"{now.grain}_before": of_before.sum().cast("int64"),
            f"{now.grain}_again": (of_before & (people.has >> here)).sum().cast("int64"),
        }
    counted = scratch.warehouse.read(people.agg(**sums)).to_pylist()[0] if sums else {}
    for _, now in pairs:
        if counted[f"{now.grain}_before"]:
            told.append({
                "grain": now.grain, "on": now.since, "slice": "all", "dimension": "all",
                "n_previous_buyers": float(counted[f"{now.grain}_before"]),
                "n_returning_buyers": float(counted[f"{now.grain}_again"]),
            })  # fmt: skip
    return [pa.Table.from_pylist(told)] if told else []
