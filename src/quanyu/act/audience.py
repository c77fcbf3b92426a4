"""The audience of a design: everybody the rule finds, each with an arm, a status and the reason of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from quanyu.act.consent import consented, unpersonalised
from quanyu.act.contact import contacted, contacts
from quanyu.method.assignment import CONTROL, TREATED, arm, is_held_out
from quanyu.part.day import as_of
from quanyu.part.segment_state import require_fresh
from quanyu.rule import Asking, members, parse
from quanyu.rule.tree import groups
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.settings import ExperimentSettings
from quanyu.text import Text
from quanyu.workspace import Workspace

REASONS: Mapping[str, Text] = {
    "global_holdout": "In the global holdout, which no campaign reaches",
    "personalisation_off": "Has switched personalisation off",
    "no_contact": "No contact for this channel is known",
    "no_consent": "Has not agreed to marketing through this channel",
    "contacted_recently": "Was contacted in the last days",
    "shared_contact": "Shares the contact with somebody in the audience",
    "control": "Kept out to measure the effect",
}
"""Why somebody in an audience is not contacted, in the order in which the gates are passed."""


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


def withdrawn(ws: Workspace, campaign_id: str, design: CampaignDesign, at: dt.datetime) -> ir.Table:
    """Return person_id and reason of those who wait in a campaign and, since it was frozen, must not be reached any more."""
    rows = ws.warehouse.table("deliveries")
    waiting = rows.filter(rows.campaign_id == campaign_id, rows.status == "pending").select("person_id")
    asked = _asked(ws, waiting, design.channel, at)
    return asked.filter(asked.refusal.notnull()).select("person_id", reason=asked.refusal)


def _gated(ws: Workspace, design: CampaignDesign, at: dt.datetime) -> ir.Table:
    """Return person_id, why, contact and the reason of the first gate that stops them (null: none)."""
    tree, day = parse(design.rule), as_of(ws)
    require_fresh(ws, groups(tree), day)
    rows = _asked(ws, members(tree, Asking.of(ws, day)), design.channel, at)
    rested = contacted(ws, at - dt.timedelta(days=design.rest_days)).mutate(is_tired=True)
    rows = _joined(rows, rested, "is_tired")
    holdout = is_held_out(rows.person_id, ws.settings.of(ExperimentSettings).holdout_share, ws.secret)
    reason = ibis.cases(
        (holdout, "global_holdout"),
        (rows.refusal.notnull(), rows.refusal),
        (rows.is_tired.notnull(), "contacted_recently"),
    )
    return rows.select("person_id", "why", "contact", reason=reason)


def _asked(ws: Workspace, rows: ir.Table, channel: str, at: dt.datetime) -> ir.Table:
    """Return rows with the `contact` of their person, and why it must not be used (`refusal`; null: it may be)."""
    people = ws.warehouse.table("people").select("person_id", "is_personalised")
    agreed = consented(ws, channel, at).mutate(has_agreed=True)
    rows = _joined(rows, people, "is_personalised")
    rows = _joined(rows, unpersonalised(ws, at).mutate(has_refused=True), "has_refused")
    rows = _joined(_joined(rows, contacts(ws, channel), "contact"), agreed, "has_agreed")
    refusal = ibis.cases(
        (~rows.is_personalised.fill_null(True) | rows.has_refused.notnull(), "personalisation_off"),
        (rows.contact.isnull(), "no_contact"),
        (rows.has_agreed.isnull(), "no_consent"),
    )
    return rows.mutate(refusal=refusal)


def _joined(left: ir.Table, right: ir.Table, column: str) -> ir.Table:
    return left.left_join(right, "person_id").select(*left.columns, column)
