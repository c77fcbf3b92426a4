"""What each table of facts says about a person: every table is scanned once and reduced before it is joined."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from quanyu.tables import SALES
from quanyu.understand.person import Fold, favourite, folded, per_person, tallest
from quanyu.warehouse.portable import local_time
from quanyu.workspace import Workspace

HOURS = MappingProxyType({hour: f"hour_{hour}" for hour in range(24)})
WEEKDAYS = MappingProxyType({day + 1: f"weekday_{day + 1}" for day in range(7)})
"""Monday is 1 and Sunday 7."""

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


@dataclass(frozen=True)
class Facts:
    """Reads facts up to the end of the day `as_of` of the workspace's zone."""

    ws: Workspace
    as_of: dt.date

    def people(self) -> ir.Table:
        """Return one row per person with everything that traits are made of; no name, phone or mail."""
        people = self.ws.warehouse.table("people")
        spine = people.drop("name", "phone", "email").rename(home_region="region")
        return reduce(_attach, (self.orders(), self.visits(), self.baskets(), self.contacts(), self.voices()), spine)

    def orders(self) -> ir.Table:
        """Reduce orders to people: counts, money, first and last day, hours, where they buy."""
        rows = self._until("orders", "ordered_at")
        rows = rows.mutate(is_sale=rows.status.isin(SALES))
        recent = rows.is_sale & (rows.on > self._ago(90))
        zero = ibis.literal(0).cast("decimal(18, 2)")
        folds: dict[str, Fold] = {
            "n_orders": ("sum", rows.count(where=rows.is_sale)),
            "n_orders_90d": ("sum", rows.count(where=recent)),
            "n_orders_365d": ("sum", rows.count(where=rows.is_sale & (rows.on > self._ago(365)))),
            "n_discounted": ("sum", rows.count(where=rows.is_sale & (rows.discount_amount > 0))),
            "n_items_bought": ("sum", rows.n_items.sum(where=rows.is_sale).cast("int64")),
            "first_order_on": ("min", rows.on.min(where=rows.is_sale)),
            "last_order_on": ("max", rows.on.max(where=rows.is_sale)),
            "spend_amount": ("sum", rows.net_amount.sum()),
            "spend_90d_amount": ("sum", ibis.ifelse(rows.on > self._ago(90), rows.net_amount, zero).sum()),
            "paid_amount": ("sum", rows.paid_amount.sum()),
            "refund_amount": ("sum", rows.refund_amount.sum()),
            "margin_amount": ("sum", rows.margin_amount.sum()),
            "gross_amount": ("sum", rows.gross_amount.sum(where=rows.is_sale)),
            "discount_amount": ("sum", rows.discount_amount.sum(where=rows.is_sale)),
            "largest_order_amount": ("max", rows.net_amount.max(where=rows.is_sale)),
        }
        cells = per_person(self.ws, rows, folds, by=("channel", "region"))
        bought = cells.filter(cells.n_orders > 0)
        return reduce(
            _attach,
            (
                favourite(bought, "channel", "n_orders", "preferred_platform"),
                favourite(bought, "region", "n_orders", "order_region"),
            ),
            folded(cells, folds),
        )

    def visits(self) -> ir.Table:
        """Reduce events to visits and visits to people: sessions, dwell time, actions, habits, channels.

        Events without a session are one visit a day. Habits count visits, so that one long visit is one vote.
        """
        rows = self._until("events", "occurred_at", with_day=False)
        rows = rows.mutate(visit=rows.session_id.fill_null(rows.occurred_at.date().cast("string")))
        visits = rows.group_by("id_key", "channel", "visit").aggregate(
            began_at=rows.occurred_at.min(),
            ended_at=rows.occurred_at.max(),
            **{name: rows.count(where=rows["name"].isin(events)) for name, events in ACTIONS.items()},
        )
        local = local_time(visits.began_at, self.ws.settings.timezone)
        visits = visits.mutate(on=local.date(), hour=local.hour(), weekday=local.day_of_week.index() + 1)
        folds: dict[str, Fold] = {
            "n_sessions": ("sum", visits.count()),
            "n_sessions_30d": ("sum", visits.count(where=visits.on > self._ago(30))),
            "dwell_seconds": (
                "sum",
                (visits.ended_at.epoch_seconds() - visits.began_at.epoch_seconds()).sum().cast("int64"),
            ),
            "first_visit_on": ("min", visits.on.min()),
            "last_visit_on": ("max", visits.on.max()),
            **{name: ("sum", visits[name].sum().cast("int64")) for name in ACTIONS},
            **{name: ("sum", visits.count(where=visits.hour == hour)) for hour, name in HOURS.items()},
            **{name: ("sum", visits.count(where=visits.weekday == day)) for day, name in WEEKDAYS.items()},
        }
        cells = per_person(self.ws, visits, folds, by=("channel",))
        whole = folded(cells, folds)
        habits = whole.mutate(favourite_hour=tallest(whole, HOURS), favourite_weekday=tallest(whole, WEEKDAYS))
        habits = habits.drop(*HOURS.values(), *WEEKDAYS.values())
        n_channels = cells.group_by("person_id").aggregate(n_channels=cells.channel.nunique())
        return reduce(_attach, (favourite(cells, "channel", "n_sessions", "preferred_channel"), n_channels), habits)

    def baskets(self) -> ir.Table:
        """Reduce order lines to people: categories, brands, prices paid."""
        orders = self._until("orders", "ordered_at")
        sales = orders.filter(orders.status.isin(SALES)).select("source", "order_id", "id_key")
        lines = self.ws.warehouse.table("order_lines").drop("discount_amount")
        items = self.ws.warehouse.table("items").select("item_id", "category", "brand")
        rows = lines.inner_join(sales, ["source", "order_id"]).left_join(items, "item_id")
        rows = rows.mutate(
            amount=rows.net_amount.fill_null(rows.unit_price_amount * rows.n_items).cast("decimal(18, 2)"),
            listed=rows.unit_price_amount * rows.n_items,
        )
        folds: dict[str, Fold] = {
            "amount": ("sum", rows.amount.sum()),
            "n_units": ("sum", rows.n_items.sum().cast("int64")),
            "listed_amount": ("sum", rows.listed.sum()),
        }
        cells = per_person(self.ws, rows, folds, by=("category", "brand"))
        kinds = cells.group_by("person_id").aggregate(
            n_categories=cells.category.nunique(),
            n_brands=cells.brand.nunique(),
            n_units=cells.n_units.sum().cast("int64"),
            listed_amount=cells.listed_amount.sum(),
        )
        parts = (
            favourite(cells, "category", "amount", "preferred_category"),
            favourite(cells, "brand", "amount", "preferred_brand"),
        )
        return reduce(_attach, parts, kinds)

    def contacts(self) -> ir.Table:
        """Reduce touches to people: how often and when they were last reached."""
        rows = self._until("touches", "touched_at")
        return per_person(
            self.ws,
            rows,
            {
                "n_touches": ("sum", rows.count()),
                "n_touches_30d": ("sum", rows.count(where=rows.on > self._ago(30))),
                "last_touch_on": ("max", rows.on.max()),
            },
        )

    def voices(self) -> ir.Table:
        """Reduce feedback to people: how often they spoke and how content they were."""
        rows = self._until("feedback", "said_at")
        return per_person(
            self.ws,
            rows,
            {
                "n_feedback": ("sum", rows.count()),
                "n_scores": ("sum", rows.score.count()),
                "total_score": ("sum", rows.score.sum()),
            },
        )

    def _until(self, name: str, time: str, *, with_day: bool = True) -> ir.Table:
        """Return rows before the end of the day `as_of`; later ones come from wrong clocks."""
        zone = self.ws.settings.zone
        end = dt.datetime.combine(self.as_of + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
        rows = self.ws.warehouse.table(name)
        rows = rows.filter(rows[time] < ibis.literal(end).cast("timestamp('UTC')"))
        return rows.mutate(on=local_time(rows[time], self.ws.settings.timezone).date()) if with_day else rows

    def _ago(self, days: int) -> ir.DateScalar:
        return ibis.literal(self.as_of - dt.timedelta(days=days))


def _attach(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.left_join(right, "person_id").drop("person_id_right")
