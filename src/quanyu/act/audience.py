"""The audience of a design: everybody the rule finds, each with an arm, a status and the reason of it."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.act.gate import Ask, gated
from quanyu.method.assignment import CONTROL, TREATED, arm
from quanyu.part.day import as_of
from quanyu.part.segment_state import require_fresh
from quanyu.rule import Asking, members, parse
from quanyu.rule.tree import groups
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.workspace import Workspace

WITHDRAWN = ("personalisation_off", "no_contact", "no_consent", "suppressed", "open_complaint")
"""What may come between the freezing of an audience and its messages; what counts the audience itself may not."""


def audience(ws: Workspace, design: CampaignDesign, campaign_id: str, at: dt.datetime) -> ir.Table:
    """Return person_id, arm, status, reason and why of everybody the design's rule finds, as of a moment.

    Who passes every gate is assigned by the keyed hash of campaign and person: treated people wait to be handed
    over (`pending`), control people are `held_out`. Those stopped before have no arm, so that the two arms
    differ by chance alone.
    """
    rows = _gated(ws, design, at)
    shares = {TREATED: 1 - design.control_share, CONTROL: design.control_share}
    # A person whose contact somebody else in the audience has too is reached through that one.
    first = ibis.row_number().over(group_by=rows.contact, order_by=[rows.reason.notnull(), rows.person_id])
    rows = rows.mutate(reason=ibis.cases((rows.reason.notnull(), rows.reason), (first > 0, "shared_contact")))
    chosen = ibis.ifelse(rows.reason.isnull(), arm(rows.person_id, campaign_id, shares, ws.secret), "")
    rows = rows.mutate(arm=chosen)
    reason = ibis.ifelse(rows.arm == CONTROL, CONTROL, rows.reason.fill_null(""))
    status = ibis.cases(
        (rows.arm == TREATED, "pending"),
        (reason.isin([CONTROL, "global_holdout"]), "held_out"),
        else_="suppressed",
    )
    return rows.select("person_id", "arm", status=status, reason=reason, why=rows.why)


def withdrawn(ws: Workspace, campaign_id: str, ask: Ask) -> ir.Table:
    """Return person_id and reason of those who wait in a campaign for one channel and, since it was frozen, must not be reached
    through it any more.
    """
    rows, (channel,) = ws.warehouse.table("deliveries"), ask.channels
    is_waiting = (rows.campaign_id == campaign_id) & (rows.status == "pending") & (rows.channel == channel)
    asked = gated(ws, rows.filter(is_waiting).select("person_id"), ask)
    return asked.filter(asked.reason.isin(WITHDRAWN)).select("person_id", "reason")


def _gated(ws: Workspace, design: CampaignDesign, at: dt.datetime) -> ir.Table:
    """Return person_id, why, contact and the reason of the first gate that stops them (null: none)."""
    tree, day = parse(design.rule), as_of(ws)
    require_fresh(ws, groups(tree), day)
    found = members(tree, Asking.of(ws, day))
    return gated(ws, found, Ask((design.channel,), at, design.rest_days))
