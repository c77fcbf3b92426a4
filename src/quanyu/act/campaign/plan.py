"""Who would get what: everybody a campaign is for, with arm, status, reason, channel, variant and place."""

from __future__ import annotations

import datetime as dt
import json

import ibis
import ibis.expr.types as ir

from quanyu.act.campaign.brief import Brief
from quanyu.act.gate import Ask, gated
from quanyu.method.assignment import CONTROL, TREATED, arm
from quanyu.part.day import as_of
from quanyu.part.segment_state import require_fresh
from quanyu.rule import Asking, members, parse
from quanyu.rule.tree import groups
from quanyu.tables.draw import drawn, salt
from quanyu.workspace import Workspace

HOUR = "favourite_hour"
"""The trait that says when somebody is there."""


def plan(ws: Workspace, brief: Brief, campaign_id: str, at: dt.datetime) -> ir.Table:
    """Return a row for everybody the brief is for, as of a moment.

    Columns: person_id, why, arm, status, reason, channel, variant, place, time_zone, hour, and `contact_NAME` of each channel.
    Who passes every gate and the budget is assigned by the keyed hash of campaign and person, so the arms differ by chance alone;
    the place is that of the person id among all. Raises `RuleError`, `SegmentError` and `ChannelError`.
    """
    tree, day = parse(brief.whom), as_of(ws)
    require_fresh(ws, groups(tree), day)
    found = members(tree, Asking.of(ws, day))
    rows = gated(ws, found, Ask(brief.channels, at, brief.rest_days, not brief.is_service))
    rows = _hours(ws, rows)
    first = ibis.row_number().over(group_by=rows.contact, order_by=[rows.reason.notnull(), rows.person_id])
    rows = rows.mutate(reason=ibis.cases((rows.reason.notnull(), rows.reason), (first > 0, "shared_contact")))
    if _is_sold_out(ws, brief):
        rows = rows.mutate(reason=ibis.coalesce(rows.reason, ibis.literal("out_of_stock")))
    rows = _budgeted(ws, brief, campaign_id, _assigned(ws, brief, campaign_id, rows))
    reason = ibis.ifelse(rows.arm == CONTROL, CONTROL, rows.reason.fill_null(""))
    status = ibis.cases(
        (rows.arm == TREATED, "pending"),
        (reason.isin([CONTROL, "global_holdout"]), "held_out"),
        else_="suppressed",
    )
    place = ibis.row_number().over(order_by=rows.person_id)
    kept = ("person_id", "why", "arm", "time_zone", "hour", *(f"contact_{name}" for name in brief.channels))
    shown = rows.mutate(
        status=status, reason=reason, place=place, variant=_variant(ws, brief, campaign_id, rows)
    )
    return shown.select(
        *kept, "status", "reason", "place", "variant", channel=shown.channel.fill_null(brief.channels[0])
    )


def _hours(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Add the hour of the day in which most visits of a person begin, null where none is known."""
    portraits = ws.warehouse.table("portraits")
    if HOUR not in portraits.columns:
        return rows.mutate(hour=ibis.null("int64"))
    hours = portraits.select("person_id", hour=portraits[HOUR].cast("int64"))
    return rows.left_join(hours, "person_id").select(*rows.columns, "hour")


def _assigned(ws: Workspace, brief: Brief, campaign_id: str, rows: ir.Table) -> ir.Table:
    """Add the arm of everybody whom nothing stopped; an order confirmed keeps nobody out."""
    if brief.is_service:
        return rows.mutate(arm=ibis.ifelse(rows.reason.isnull(), TREATED, ""))
    shares = {TREATED: 1 - brief.control_share, CONTROL: brief.control_share}
    return rows.mutate(
        arm=ibis.ifelse(rows.reason.isnull(), arm(rows.person_id, campaign_id, shares, ws.secret), "")
    )


def _budgeted(ws: Workspace, brief: Brief, campaign_id: str, rows: ir.Table) -> ir.Table:
    """Stop, in an order drawn by lot, everybody after the one with whom the budget is used up: people of both arms alike."""
    if brief.budget_amount is None:
        return rows
    costs = [(rows.channel == name, brief.cost(ws, name)) for name in brief.channels]
    cost = ibis.ifelse(rows.arm == TREATED, ibis.cases(*costs, else_=0.0), 0.0)
    lot = drawn(rows.person_id, salt(ws.secret, json.dumps(["budget", campaign_id])))
    rows = rows.mutate(cost=cost, lot=lot)
    spent = rows.cost.sum().over(ibis.cumulative_window(order_by=[rows.lot, rows.person_id]))
    is_over = (rows.arm != "") & (spent > brief.budget_amount + 1e-9)
    return rows.mutate(
        reason=ibis.ifelse(is_over, "over_budget", rows.reason), arm=ibis.ifelse(is_over, "", rows.arm)
    )


def _variant(ws: Workspace, brief: Brief, campaign_id: str, rows: ir.Table) -> ir.StringValue:
    """Return which variant of their channel people get, drawn by lot; nothing for those who get none."""
    drawn_by_channel = [
        (rows.channel == name, _drawn(ws, brief.variants(name), rows.person_id, f"{campaign_id}/{name}"))
        for name in brief.channels
    ]
    return ibis.ifelse(rows.arm == TREATED, ibis.cases(*drawn_by_channel, else_=""), "")


def _drawn(ws: Workspace, shares: dict[str, float], person: ir.StringColumn, purpose: str) -> ir.StringValue:
    (only, *others) = shares
    return arm(person, purpose, shares, ws.secret) if others else ibis.literal(only)


def _is_sold_out(ws: Workspace, brief: Brief) -> bool:
    """Whether one of the items of a campaign has no stock left; stock that nobody knows stops nothing."""
    if not brief.items:
        return False
    items = ws.warehouse.table("items")
    gone = items.filter(items.item_id.isin(brief.items), items.stock <= 0)
    return int(ws.warehouse.read(gone.count()).column(0)[0].as_py()) > 0
