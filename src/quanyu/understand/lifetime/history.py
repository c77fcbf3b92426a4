"""Histories of buyers from one scan of the orders: first, last and number of purchases, and what they were worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.method.person import owner_numbers, owners
from quanyu.tables.margin import orders_with_margin
from quanyu.tables.sale import is_sale
from quanyu.understand.settings import LifetimeSettings
from quanyu.warehouse.portable import days_between, group_key, local_day, money
from quanyu.workspace import Workspace

KNOWN_MARGIN = 0.8
"""Share of the net amount whose margin must be known for margins to be used."""


@dataclass(frozen=True)
class Trade:
    """What the orders say before any buyer is looked at: when they begin, and what money is counted.

    `basis` is `margin` (as the orders say it; `rate` stands in for the few that do not), `rate` (net amount times
    the margin rate of the settings), or `net`.
    """

    first_on: dt.date | None
    basis: str
    rate: float

    def days(self, as_of: dt.date) -> int:
        """Return how many days lie between the first order and the as-of day."""
        return (as_of - self.first_on).days if self.first_on else 0


def orders_until(ws: Workspace, as_of: dt.date, by: str = "") -> ir.Table:
    """Return orders and return documents: key, the number of their identifier, day, is_sale, net_amount, margin_amount.

    With `by`, also ordered_at and the label that a first purchase gives its buyer. Read twice: keep it.
    """
    orders = orders_with_margin(ws.warehouse.table)
    orders = orders.mutate(
        key=group_key(orders.id_key),
        day=local_day(orders.ordered_at, ws.settings.timezone),
        is_sale=is_sale(orders),
    )
    orders = orders.filter(orders.id_key.notnull(), orders.day <= ibis.literal(as_of))
    labels = ("ordered_at", "label") if by else ()
    return _labelled(ws, orders, by).select("key", "day", "is_sale", "net_amount", "margin_amount", *labels)


def trade(ws: Workspace, orders: ir.Table) -> Trade:
    """Return when the orders of buyers begin and which money to count."""
    known = orders.is_sale & orders.margin_amount.notnull()
    (row,) = ws.warehouse.read(
        orders.aggregate(
            first_on=orders.day.min(where=orders.is_sale),
            net=orders.net_amount.sum(where=orders.is_sale).cast("float64"),
            known=orders.net_amount.sum(where=known).cast("float64"),
            margin=orders.margin_amount.sum(where=known).cast("float64"),
        )
    ).to_pylist()
    net, known_net, rate = (
        row["net"] or 0.0,
        row["known"] or 0.0,
        ws.settings.of(LifetimeSettings).margin_rate,
    )
    if net and known_net >= KNOWN_MARGIN * net:
        return Trade(row["first_on"], "margin", (row["margin"] or 0.0) / known_net)
    return Trade(row["first_on"], "net", 1.0) if rate is None else Trade(row["first_on"], "rate", rate)


def purchase_days(ws: Workspace, orders: ir.Table, trading: Trade, by: str = "") -> ir.Table:
    """Return one row per person and day with orders: person, day, key (one of the person's), is_purchase, amount, and `by`.

    Several orders of one day are one purchase. A day counts as a purchase if it has a sale; `amount`
    adds up all orders and return documents of the day.
    """
    owned = orders.inner_join(owner_numbers(ws.warehouse), "key")
    return owned.group_by("person", "day").aggregate(
        key=owned.key.min(),
        is_purchase=owned.is_sale.any(),
        **_sums(owned, trading),
        **_first(owned, owned.is_sale, by),
    )


def histories(days: ir.Table, as_of: dt.date, holdout_days: int, by: str = "") -> ir.Table:
    """Return one row per buyer with what `Lifetime` and `OrderValue` need, from purchase days.

    person, key, first_on, last_on, n_orders, n_repeats, span_days, age_days, mean_amount, and as known before the
    holdout early_repeats, early_span_days, early_age_days, late_orders. The first purchase starts a history.
    """
    cut = as_of - dt.timedelta(days=holdout_days)
    early = days.is_purchase & (days.day <= ibis.literal(cut))
    people = days.group_by("person").aggregate(
        key=days.key.min(),
        first_on=days.day.min(where=days.is_purchase),
        last_on=days.day.max(where=days.is_purchase),
        early_on=days.day.max(where=early),
        n_orders=days.is_purchase.cast("int64").sum(),
        n_early=early.cast("int64").sum(),
        amount=days.amount.sum(),
        **({by: days.label.min()["value"]} if by else {}),
    )
    people = people.filter(people.n_orders > 0)
    was_known = people.n_early > 0
    nothing = ibis.null("int64")
    return people.select(
        "person",
        "key",
        "first_on",
        "last_on",
        "n_orders",
        *((by,) if by else ()),
        n_repeats=people.n_orders - 1,
        span_days=days_between(people.last_on, people.first_on),
        age_days=days_between(as_of, people.first_on),
        mean_amount=money(people.amount / people.n_orders),
        early_repeats=ibis.ifelse(was_known, people.n_early - 1, nothing),
        early_span_days=ibis.ifelse(was_known, days_between(people.early_on, people.first_on), nothing),
        early_age_days=ibis.ifelse(was_known, days_between(cut, people.first_on), nothing),
        late_orders=ibis.ifelse(was_known, people.n_orders - people.n_early, nothing),
    )


def named(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return rows with the person_id behind `key` in its place."""
    known = rows.inner_join(owners(ws.warehouse).select("key", "person_id"), "key")
    return known.select("person_id", *(name for name in rows.columns if name != "key"))


def weekly_repeats(
    days: ir.Table, rows: ir.Table, since: dt.date, holdout_days: int, as_of: dt.date
) -> ir.Table:
    """Return week, n: repeat purchases in each week since a day, of those who came from then to the holdout."""
    cut = as_of - dt.timedelta(days=holdout_days)
    known = rows.filter(rows.first_on >= ibis.literal(since), rows.first_on <= ibis.literal(cut)).select(
        "first_on", "person"
    )
    bought = days.filter(days.is_purchase).select("person", "day").inner_join(known, "person")
    again = bought.filter(bought.day > bought.first_on)
    passed = again.day.delta(ibis.literal(since), unit="day").cast("int64")
    return (
        again.mutate(week=((passed + 6) / 7).floor().cast("int64"))
        .group_by("week")
        .aggregate(n=ibis._.count())
    )


def _sums(orders: ir.Table, trading: Trade) -> dict[str, ir.Value]:
    net = orders.net_amount.fill_null(0)
    if trading.basis != "margin":
        return {"amount": net.sum().cast("float64") * trading.rate}
    has_margin = orders.margin_amount.notnull()
    known = orders.margin_amount.sum().cast("float64").fill_null(0.0)
    return {"amount": known + net.sum(where=~has_margin).cast("float64").fill_null(0.0) * trading.rate}


def _labelled(ws: Workspace, orders: ir.Table, by: str) -> ir.Table:
    """Add the label that a first purchase gives its buyer: the channel, or the category of its dearest line."""
    if by == "first_channel":
        return orders.mutate(label=orders.channel.fill_null(""))
    if by == "first_category":
        lines, items = ws.warehouse.table("order_lines"), ws.warehouse.table("items")
        named = lines.inner_join(items.select("item_id", "category"), "item_id")
        dearest = ibis.struct(
            {"amount": -named.net_amount.fill_null(0), "value": named.category.fill_null("")}
        )
        per_order = named.group_by("source", "order_id").aggregate(dearest=dearest.min())
        labels = per_order.select("source", "order_id", label=per_order.dearest["value"])
        joined = orders.left_join(labels, ["source", "order_id"])
        return joined.select(*orders.columns, label=joined.label.fill_null(""))
    return orders


def _first(orders: ir.Table, counts: ir.BooleanValue, by: str) -> dict[str, ir.Value]:
    """The label of the first sale; of several at one moment, the one that sorts first."""
    if not by:
        return {}
    return {"label": ibis.struct({"at": orders.ordered_at, "value": orders.label}).min(where=counts)}
