"""What people had to do with items: the newest of each person, in order of time, by numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.decide.settings import RecommendSettings
from quanyu.method.person import of_known, owner_numbers
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, seconds
from quanyu.workspace import Workspace

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Span:
    """Moments from which and before which deeds count."""

    begin: dt.datetime
    end: dt.datetime

    @classmethod
    def before(cls, ws: Workspace, day: dt.date, n_days: int) -> Span:
        """Return the days before a day of the workspace's zone."""
        end = dt.datetime.combine(day, dt.time(), ws.settings.zone).astimezone(dt.UTC)
        return cls(end - dt.timedelta(days=n_days), end)

    def holds(self, at: ir.TimestampValue) -> ir.BooleanValue:
        """Say which moments lie in it."""
        begin, end = (ibis.literal(one).cast("timestamp('UTC')") for one in (self.begin, self.end))
        return (at >= begin) & (at < end)


def purchases(ws: Workspace, span: Span) -> ir.Table:
    """Return person, item (numbers) and at (seconds since 1970) of every line that known people bought."""
    orders, lines = ws.warehouse.table("orders"), ws.warehouse.table("order_lines")
    sales = orders.filter(is_sale(orders), span.holds(orders.ordered_at)).select(
        "source", "order_id", key=group_key(orders.id_key), at=seconds(orders.ordered_at)
    )
    wanted = lines.filter(lines.item_id.notnull(), lines.n_items > 0)
    wanted = wanted.select("source", "order_id", item=group_key(wanted.item_id))
    bought = sales.inner_join(wanted, ["source", "order_id"]).select("key", "item", "at")
    return of_known(owner_numbers(ws.warehouse), bought)


def looks(ws: Workspace, span: Span) -> ir.Table:
    """Return the same of the events of known people that count beside purchases."""
    events = ws.warehouse.table("events")
    signals = ws.settings.of(RecommendSettings).signals
    wanted = events.filter(
        events.name.isin(signals),
        events.item_id.notnull(),
        events.id_key.notnull(),
        span.holds(events.occurred_at),
    )
    told = wanted.select(
        key=group_key(wanted.id_key), item=group_key(wanted.item_id), at=seconds(wanted.occurred_at)
    )
    return of_known(owner_numbers(ws.warehouse), told)


def history(ws: Workspace, span: Span) -> ir.Table:
    """Return person, item, at (last time), is_bought and age (0: the newest) of the newest items of everybody."""
    bought, seen = purchases(ws, span), looks(ws, span)
    deeds = bought.mutate(is_bought=True).union(seen.select(*bought.columns).mutate(is_bought=False))
    last = deeds.group_by("person", "item").aggregate(at=deeds["at"].max(), is_bought=deeds.is_bought.any())
    newest = ibis.window(group_by="person", order_by=[ibis.desc("at"), "item"])
    aged = last.mutate(age=ibis.row_number().over(newest).cast("int64"))
    return aged.filter(aged.age < ws.settings.of(RecommendSettings).most_items)


def pairs(had: ir.Table) -> ir.Table:
    """Return item, other (item <= other) and n: how many people had both; an item with itself counts those who had it."""
    other = had.select("person", other=had.item)
    both = had.select("person", "item").inner_join(other, "person")
    both = both.filter(both.item <= both.other)
    return both.group_by("item", "other").aggregate(n=both.count())


def steps(had: ir.Table) -> ir.Table:
    """Return item, other and n: how often the other item came next."""
    then = had.select("person", other=had.item, age=had.age + 1)
    both = had.inner_join(then, ["person", "age"])
    return both.group_by("item", "other").aggregate(n=both.count())


def again(ws: Workspace, span: Span) -> ir.Table:
    """Return item and gap (mean seconds) of items that enough of their buyers bought again on another day."""
    bought = purchases(ws, span)
    days = bought.select("person", "item", day=(bought["at"] / DAY_SECONDS).floor().cast("int64")).distinct()
    each = days.group_by("person", "item").aggregate(
        n=days.count(), first=days.day.min(), last=days.day.max()
    )
    by_item = each.group_by("item").aggregate(
        n_people=each.count(),
        n_again=(each.n > 1).sum(),
        gap=((each["last"] - each["first"]).sum() * DAY_SECONDS) / (each.n - 1).sum().nullif(0),
    )
    share = ws.settings.of(RecommendSettings).repeat_share
    return by_item.filter(by_item.n_again >= by_item.n_people * share, by_item.n_again > 1).select(
        "item", "gap"
    )
