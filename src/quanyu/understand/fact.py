"""What each table of facts says about a person: each table is scanned once, reduced, then joined."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from quanyu.tables import SALES
from quanyu.understand.person import favourite, of_person
from quanyu.understand.region import city_tier
from quanyu.understand.scratch import Keep
from quanyu.warehouse.portable import group_key, local_time, seconds
from quanyu.workspace import Workspace

ACTIONS = MappingProxyType(
    {
        "n_page_views": ("page_view", "product_view"),
        "n_product_views": ("product_view",),
        "n_searches": ("search",),
        "n_favourites": ("favourite",),
        "n_add_to_cart": ("add_to_cart",),
        "n_checkouts": ("checkout",),
    }
)
"""Counted actions and the events that are one."""


DAY = 86_400


@dataclass(frozen=True)
class Facts:
    """Reads facts up to the end of the day `as_of` of the workspace's zone."""

    ws: Workspace
    as_of: dt.date

    def people(self, keep: Keep) -> ir.Table:
        """Return one row per person with everything that traits are made of; no name, phone or mail.

        Each table of facts is reduced to people and kept before the next, so that memory holds one at a time.
        """
        people = self.ws.warehouse.table("people")
        spine = people.drop("name", "phone", "email").rename(home_region="region")
        spine = spine.mutate(person=group_key(spine.person_id))
        facts = (self.orders(), self.visits(), self.baskets(), self.contacts(), self.voices())
        return _attach(reduce(_attach, map(keep, facts), spine), self.cities(), "city").drop("person")

    def cities(self) -> ir.Table:
        """Return the tier of every city where someone lives: worked out once per city, not per person."""
        cities = self.ws.warehouse.table("people").select("city").distinct()
        return cities.mutate(city_tier=city_tier(cities.city))

    def orders(self) -> ir.Table:
        """Reduce orders to people: counts, money, first and last day, where they buy."""
        rows = of_person(self.ws, self._until("orders", "ordered_at"))
        is_sale = rows.status.isin(SALES)
        zero = ibis.literal(0).cast("decimal(18, 2)")
        totals = rows.group_by("person").aggregate(
            n_orders=rows.count(where=is_sale),
            n_orders_90d=rows.count(where=is_sale & (rows.on > self._ago(90))),
            n_orders_365d=rows.count(where=is_sale & (rows.on > self._ago(365))),
            n_discounted=rows.count(where=is_sale & (rows.discount_amount > 0).fill_null(False)),
            n_items_bought=rows.n_items.sum(where=is_sale).cast("int64"),
            first_order_on=rows.on.min(where=is_sale),
            last_order_on=rows.on.max(where=is_sale),
            spend_amount=rows.net_amount.sum(),
            spend_90d_amount=ibis.ifelse(rows.on > self._ago(90), rows.net_amount, zero).sum(),
            paid_amount=rows.paid_amount.sum(),
            refund_amount=rows.refund_amount.sum(),
            margin_amount=rows.margin_amount.sum(),
            gross_amount=rows.gross_amount.sum(where=is_sale),
            discount_amount=rows.discount_amount.sum(where=is_sale),
            largest_order_amount=rows.net_amount.max(where=is_sale),
        )
        sales = rows.filter(is_sale)
        platform = favourite(sales, "channel", "preferred_platform").rename(n_platforms="n_channel")
        region = favourite(sales, "region", "order_region").drop("n_region")
        return reduce(_attach, (platform, region), totals)

    def visits(self) -> ir.Table:
        """Reduce events to visits and visits to people: sessions, dwell time, actions, habits, channels.

        Events without a session are one visit a day. Habits count visits, so that one long visit is one vote.
        """
        rows = self._until("events", "occurred_at", with_day=False)
        day = seconds(rows.occurred_at) // DAY
        rows = rows.mutate(visit=group_key(rows.session_id).fill_null(day.cast("int64")))
        visits = rows.group_by("key", "channel", "visit").aggregate(
            began_at=rows.occurred_at.min(),
            ended_at=rows.occurred_at.max(),
            **{name: rows.count(where=rows["name"].isin(events)) for name, events in ACTIONS.items()},
        )
        local = local_time(visits.began_at, self.ws.settings.timezone)
        visits = of_person(
            self.ws,
            visits.select(
                "key",
                "channel",
                *ACTIONS,
                on=local.date(),
                hour=local.hour().cast("int64"),
                weekday=(local.day_of_week.index() + 1).cast("int64"),
                seconds=seconds(visits.ended_at) - seconds(visits.began_at),
            ),
        )
        totals = visits.group_by("person").aggregate(
            n_sessions=visits.count(),
            n_sessions_30d=visits.count(where=visits.on > self._ago(30)),
            dwell_seconds=visits.seconds.sum().cast("int64"),
            first_visit_on=visits.on.min(),
            last_visit_on=visits.on.max(),
            **{name: visits[name].sum().cast("int64") for name in ACTIONS},
        )
        habits = (
            favourite(visits, "hour", "favourite_hour").drop("n_hour"),
            favourite(visits, "weekday", "favourite_weekday").drop("n_weekday"),
            favourite(visits, "channel", "preferred_channel").rename(n_channels="n_channel"),
        )
        return reduce(_attach, habits, totals)

    def baskets(self) -> ir.Table:
        """Reduce order lines to people: categories, brands, prices paid."""
        orders = self._until("orders", "ordered_at", with_day=False)
        sales = of_person(
            self.ws, orders.filter(orders.status.isin(SALES)).select("key", **_document(orders))
        )
        lines = self.ws.warehouse.table("order_lines")
        lines = lines.select("item_id", "n_items", "unit_price_amount", "net_amount", **_document(lines))
        items = self.ws.warehouse.table("items").select("item_id", "category", "brand")
        rows = lines.inner_join(sales, ["source", "document"]).left_join(items, "item_id")
        listed = rows.unit_price_amount * rows.n_items
        rows = rows.select(
            "person",
            "category",
            "brand",
            "n_items",
            listed=listed,
            amount=rows.net_amount.fill_null(listed.cast("decimal(18, 2)")),
        )
        totals = rows.group_by("person").aggregate(
            n_units=rows.n_items.sum().cast("int64"), listed_amount=rows.listed.sum()
        )
        totals = totals.mutate(unit_price=totals.listed_amount.cast("float64") / totals.n_units.nullif(0))
        tastes = (
            favourite(rows, "category", "preferred_category", rows.amount).rename(n_categories="n_category"),
            favourite(rows, "brand", "preferred_brand", rows.amount).rename(n_brands="n_brand"),
        )
        return reduce(_attach, (_price_band(totals), *tastes), totals)

    def contacts(self) -> ir.Table:
        """Reduce touches to people: how often and when they were last reached."""
        rows = of_person(self.ws, self._until("touches", "touched_at"))
        return rows.group_by("person").aggregate(
            n_touches=rows.count(),
            n_touches_30d=rows.count(where=rows.on > self._ago(30)),
            last_touch_on=rows.on.max(),
        )

    def voices(self) -> ir.Table:
        """Reduce feedback to people: how often they spoke and how content they were."""
        rows = of_person(self.ws, self._until("feedback", "said_at"))
        return rows.group_by("person").aggregate(
            n_feedback=rows.count(), n_scores=rows.score.count(), total_score=rows.score.sum()
        )

    def _until(self, name: str, time: str, *, with_day: bool = True) -> ir.Table:
        """Return rows with the `key` of their identifier, before the end of the day `as_of`.

        Later ones come from wrong clocks; rows without an identifier are nobody's.
        """
        zone = self.ws.settings.zone
        end = dt.datetime.combine(self.as_of + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
        rows = self.ws.warehouse.table(name)
        rows = rows.filter(rows.id_key.notnull(), rows[time] < ibis.literal(end).cast("timestamp('UTC')"))
        rows = rows.mutate(key=group_key(rows.id_key)).drop("id_key")
        return rows.mutate(on=local_time(rows[time], self.ws.settings.timezone).date()) if with_day else rows

    def _ago(self, days: int) -> ir.DateScalar:
        return ibis.literal(self.as_of - dt.timedelta(days=days))


def _attach(left: ir.Table, right: ir.Table, by: str = "person") -> ir.Table:
    joined = left.left_join(right, by)
    return joined.select(*left.columns, *(name for name in right.columns if name != by))


def _document(rows: ir.Table) -> dict[str, ir.Value]:
    """Return the key of an order as two numbers."""
    return {"source": group_key(rows.source), "document": group_key(rows.order_id)}


def _price_band(buyers: ir.Table) -> ir.Table:
    """Return the fifth of all buyers, 1 to 5, in which the mean unit price falls; equal prices share one."""
    known = buyers.filter(buyers.unit_price.notnull())
    place = ibis.cume_dist().over(order_by=known.unit_price)
    return known.select("person", price_band=(place * 5).ceil().cast("int64"))
