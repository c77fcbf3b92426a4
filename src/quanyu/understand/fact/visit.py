"""What a visit is: the events of one identifier on one channel in one session, as expressions on any engine."""

from __future__ import annotations

from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from quanyu.warehouse.portable import local_day

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

COUNTS = ("n_events", *ACTIONS)
KEY = ("id_key", "channel", "session_id", "day")
"""What tells visits apart; `day` is known only for events without a session, which are one visit a local day."""


def visits_of(events: ir.Table, zone: str) -> ir.Table:
    """Reduce events to visits: the columns of the table `visits` and `day`."""
    rows = _keyed(events, local_day(events.occurred_at, zone))
    campaign = _campaign(rows.occurred_at, rows.campaign_id)
    visits = rows.group_by(*KEY).aggregate(
        began_at=rows.occurred_at.min(),
        ended_at=rows.occurred_at.max(),
        campaign=campaign.min(where=rows.campaign_id.notnull()),
        **_counted(rows),
    )
    return _shaped(visits, local_day(visits.began_at, zone), local_day(visits.ended_at, zone))


def join_visits(parts: ir.Table) -> ir.Table:
    """Join the parts of visits: what `visits_of` gives for all their events together."""
    campaign = _campaign(parts.campaign_at, parts.campaign_id)
    visits = parts.group_by(*KEY).aggregate(
        began_at=parts.began_at.min(),
        ended_at=parts.ended_at.max(),
        began_on=parts.began_on.min(),
        ended_on=parts.ended_on.max(),
        campaign=campaign.min(where=parts.campaign_id.notnull()),
        **{name: parts[name].sum().cast("int64") for name in COUNTS},
    )
    return _shaped(visits, visits.began_on, visits.ended_on)


def days_of(events: ir.Table, zone: str) -> ir.Table:
    """Reduce events to visits and local days: the columns of the table `visit_days` and `day`."""
    rows = _keyed(events, local_day(events.occurred_at, zone))
    rows = rows.mutate(visited_on=local_day(rows.occurred_at, zone))
    return rows.group_by(*KEY, "visited_on").aggregate(**_counted(rows))


def join_days(parts: ir.Table) -> ir.Table:
    """Join the days of visits, and keep the visits that have more than one: those that last over midnight."""
    days = parts.group_by(*KEY, "visited_on").aggregate(
        **{name: parts[name].sum().cast("int64") for name in COUNTS}
    )
    n_days = days.count().over(group_by=[days[name] for name in KEY])
    return days.mutate(n_days=n_days).filter(lambda t: t.n_days > 1).drop("n_days")


def with_day(visits: ir.Table, day: str = "began_on") -> ir.Table:
    """Return rows of `visits` or `visit_days` with the `day` that is part of their key."""
    return _keyed(visits, visits[day])


def same_visit(left: ir.Table, right: ir.Table) -> list[ir.BooleanValue]:
    """Return the claims that rows of two tables belong to one visit; unknown equals unknown."""
    return [left[name].identical_to(right[name]) for name in KEY]


def _keyed(rows: ir.Table, day: ir.DateValue) -> ir.Table:
    return rows.mutate(day=ibis.ifelse(rows.session_id.isnull(), day, ibis.null("date")))


def _campaign(at: ir.TimestampValue, campaign_id: ir.StringValue) -> ir.StructValue:
    """Return a pair: the least is the earliest campaign, and of those at one moment the one that sorts first."""
    return ibis.struct({"at": at, "id": campaign_id})


def _counted(events: ir.Table) -> dict[str, ir.Value]:
    actions = {name: events.count(where=events["name"].isin(of)) for name, of in ACTIONS.items()}
    return {"n_events": events.count(), **actions}


def _shaped(visits: ir.Table, began_on: ir.DateValue, ended_on: ir.DateValue) -> ir.Table:
    campaign = {"campaign_id": visits.campaign["id"], "campaign_at": visits.campaign["at"]}
    return visits.select(
        *KEY, "began_at", "ended_at", *COUNTS, **campaign, began_on=began_on, ended_on=ended_on
    )
