"""What each table of facts says about a person: each table is scanned once, reduced, then joined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import ibis
import ibis.expr.types as ir

from quanyu.method.change import document
from quanyu.method.moment import end_of
from quanyu.method.person import of_known, owner_numbers
from quanyu.method.scratch import Keep
from quanyu.tables.margin import orders_with_margin
from quanyu.tables.sale import is_sale
from quanyu.understand.fact.mode import Taste, Values, attach, mode, summed_up
from quanyu.understand.fact.visit import ACTIONS
from quanyu.understand.fact.visit_step import known_visits
from quanyu.warehouse.portable import group_key, local_time, seconds
from quanyu.workspace import Workspace

ORDERS = (
    "source", "order_id", "id_key", "ordered_at", "status", "channel", "region", "n_items", "gross_amount", "discount_amount",
    "paid_amount", "refund_amount", "net_amount", "margin_amount",
)  # fmt: skip
"""What facts tell of orders."""


@dataclass(frozen=True)
class Facts:
    """Reads facts up to the end of the day `as_of` of the workspace's zone; `keep` holds what is read twice.

    With `only`, a column `person` of numbers, every reduction is to these people alone.
    """

    ws: Workspace
    as_of: dt.date
    keep: Keep
    only: ir.Table | None = None

    def table(self) -> ir.Table:
        """Return one row per person with what all tables of facts say; nothing of what the person is.

        Each table of facts is reduced to people and kept before the next, so that memory holds one at a time.
        """
        people = self.ws.warehouse.table("people")
        spine = people.select("person_id", person=group_key(people.person_id))
        return reduce(attach, (part.of(self) for part in PARTS.values()), spine).drop("person")

    @cached_property
    def owners(self) -> ir.Table:
        """Whose the identifiers are, worked out once for all tables of facts."""
        everybody = owner_numbers(self.ws.warehouse)
        return everybody if self.only is None else self.keep(everybody.semi_join(self.only, "person"))

    def orders(self) -> ir.Table:
        """Reduce orders to people: counts, money, first and last day, where they buy."""
        rows = orders_with_margin({"orders": self._orders, "margins": self._margins}.__getitem__)
        rows = of_known(self.owners, self._until(rows, "ordered_at"))
        channels, regions = self._values("orders", "channel"), self._values("orders", "region")
        rows = regions.encode(channels.encode(rows, "channel"), "region")
        rows = rows.mutate(
            is_sale=is_sale(rows), is_90d=rows.on > self._ago(90), is_365d=rows.on > self._ago(365)
        )
        none, zero = ibis.null("int64"), ibis.literal(0).cast("decimal(18, 2)")
        rows = rows.mutate(
            channel=ibis.ifelse(rows.is_sale, rows.channel, none),
            region=ibis.ifelse(rows.is_sale, rows.region, none),
        )
        sale = rows.is_sale
        totals = {
            "n_orders": rows.count(where=sale),
            "n_orders_90d": rows.count(where=sale & rows.is_90d),
            "n_orders_365d": rows.count(where=sale & rows.is_365d),
            "n_discounted": rows.count(where=sale & (rows.discount_amount > 0).fill_null(False)),
            "n_items_bought": rows.n_items.sum(where=sale).cast("int64"),
            "first_order_on": rows.on.min(where=sale),
            "last_order_on": rows.on.max(where=sale),
            "spend_amount": rows.net_amount.sum(),
            "spend_90d_amount": ibis.ifelse(rows.is_90d, rows.net_amount, zero).sum(),
            "paid_amount": rows.paid_amount.sum(),
            "refund_amount": rows.refund_amount.sum(),
            "margin_amount": rows.margin_amount.sum(),
            "gross_amount": rows.gross_amount.sum(where=sale),
            "discount_amount": rows.discount_amount.sum(where=sale),
            "largest_order_amount": rows.net_amount.max(where=sale),
        }
        tastes = (
            Taste.of("channel", "preferred_platform", channels),
            Taste.of("region", "order_region", regions),
        )
        summed = summed_up(self.ws, self.keep, rows, totals, tastes)
        return summed.drop("n_region").rename(n_platforms="n_channel")

    def visits(self) -> ir.Table:
        """Reduce visits to people: sessions, dwell time, actions, habits, channels.

        Habits count visits, so that one long visit is one vote.
        """
        visits = known_visits(self.ws, self.as_of)
        visits = visits.filter(visits.id_key.notnull())
        channels = Values.of(self.ws, self.keep, visits.channel)
        rows = visits.select(
            "channel",
            *ACTIONS,
            key=group_key(visits.id_key),
            on=visits.began_on,
            hour=local_time(visits.began_at, self.ws.settings.timezone).hour().cast("int64"),
            weekday=visits.began_on.day_of_week.index().cast("int64"),
            seconds=seconds(visits.ended_at) - seconds(visits.began_at),
        )
        rows = channels.encode(of_known(self.owners, rows), "channel")
        totals = {
            "n_sessions": rows.count(),
            "n_sessions_30d": rows.count(where=rows.on > self._ago(30)),
            "dwell_seconds": rows.seconds.sum().cast("int64"),
            "first_visit_on": rows.on.min(),
            "last_visit_on": rows.on.max(),
            **{name: rows[name].sum().cast("int64") for name in ACTIONS},
        }
        tastes = (
            Taste("hour", "favourite_hour", 24),
            Taste("weekday", "favourite_weekday", 7),
            Taste.of("channel", "preferred_channel", channels),
        )
        summed = summed_up(self.ws, self.keep, rows, totals, tastes)
        summed = summed.mutate(favourite_weekday=summed.favourite_weekday + 1)
        return summed.drop("n_hour", "n_weekday").rename(n_channels="n_channel")

    def baskets(self) -> ir.Table:
        """Reduce order lines to people: categories, brands, prices paid."""
        orders = self._until(self.ws.warehouse.table("orders"), "ordered_at", with_day=False)
        sales = of_known(self.owners, orders.filter(is_sale(orders)).select("key", **document(orders)))
        lines = self.ws.warehouse.table("order_lines")
        lines = lines.select("item_id", "n_items", "unit_price_amount", "net_amount", **document(lines))
        items = self.ws.warehouse.table("items").select("item_id", "category", "brand")
        categories, brands = self._values("items", "category"), self._values("items", "brand")
        items = self.keep(brands.encode(categories.encode(items, "category"), "brand"))
        rows = lines.inner_join(sales, ["source", "document"]).left_join(items, "item_id")
        listed = rows.unit_price_amount * rows.n_items
        amount = rows.net_amount.fill_null(listed.cast("decimal(18, 2)"))
        cents = (amount.cast("float64") * 100).round()
        rows = self.keep(rows.select("person", "category", "brand", "n_items", listed=listed, cents=cents))
        totals = rows.group_by("person").aggregate(
            n_units=rows.n_items.sum().cast("int64"), listed_amount=rows.listed.sum()
        )
        totals = totals.mutate(unit_price=totals.listed_amount.cast("float64") / totals.n_units.nullif(0))
        tastes = (
            categories.decode(
                mode(rows, "category", categories.n, "preferred_category", "cents"),
                "preferred_category",
            ).rename(n_categories="n_category"),
            brands.decode(
                mode(rows, "brand", brands.n, "preferred_brand", "cents"), "preferred_brand"
            ).rename(n_brands="n_brand"),
        )
        return reduce(attach, map(self.keep, tastes), self.keep(totals))

    def contacts(self) -> ir.Table:
        """Reduce touches to people: how often and when they were last reached."""
        rows = of_known(self.owners, self._until(self.ws.warehouse.table("touches"), "touched_at"))
        return rows.group_by("person").aggregate(
            n_touches=rows.count(),
            n_touches_30d=rows.count(where=rows.on > self._ago(30)),
            last_touch_on=rows.on.max(),
        )

    def voices(self) -> ir.Table:
        """Reduce feedback to people: how often they spoke and how content they were."""
        rows = of_known(self.owners, self._until(self.ws.warehouse.table("feedback"), "said_at"))
        return rows.group_by("person").aggregate(
            n_feedback=rows.count(), n_scores=rows.score.count(), total_score=rows.score.sum()
        )

    @cached_property
    def _orders(self) -> ir.Table:
        """The orders; those of `only` some are kept, so that margins are joined to few."""
        orders = self.ws.warehouse.table("orders").select(*ORDERS)
        if self.only is None:
            return orders
        keyed = orders.mutate(key=group_key(orders.id_key))
        return self.keep(keyed.semi_join(self.owners, "key").select(*ORDERS))

    @cached_property
    def _margins(self) -> ir.Table:
        margins = self.ws.warehouse.table("margins")
        return margins if self.only is None else margins.semi_join(self._orders, ["source", "order_id"])

    def _until(self, rows: ir.Table, time: str, *, with_day: bool = True) -> ir.Table:
        """Return rows with the `key` of their identifier, before the end of the day `as_of`.

        Later ones come from wrong clocks; rows without an identifier are nobody's.
        """
        rows = rows.filter(rows.id_key.notnull(), rows[time] < end_of(self.ws, self.as_of))
        rows = rows.mutate(key=group_key(rows.id_key)).drop("id_key")
        return rows.mutate(on=local_time(rows[time], self.ws.settings.timezone).date()) if with_day else rows

    def _values(self, table: str, column: str) -> Values:
        return Values.of(self.ws, self.keep, self.ws.warehouse.table(table)[column])

    def _ago(self, days: int) -> ir.DateScalar:
        return ibis.literal(self.as_of - dt.timedelta(days=days))


@dataclass(frozen=True)
class Part:
    """Some facts of a person: how they are reduced, the tables they are made of, and the edges of their windows."""

    of: Callable[[Facts], ir.Table]
    reads: tuple[str, ...]
    edges: Mapping[str, tuple[int, ...]]


PARTS: Mapping[str, Part] = {
    "orders": Part(Facts.orders, ("orders", "margins"), {"orders": (0, 90, 365)}),
    "visits": Part(Facts.visits, ("visits",), {"visits": (0, 30)}),
    "baskets": Part(Facts.baskets, ("orders", "order_lines", "items"), {"orders": (0,)}),
    "contacts": Part(Facts.contacts, ("touches",), {"touches": (0, 30)}),
    "voices": Part(Facts.voices, ("feedback",), {"feedback": (0,)}),
}
"""The facts by what they are made of: a visit that leaves its window says nothing new of baskets."""
