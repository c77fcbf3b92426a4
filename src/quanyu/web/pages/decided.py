"""What a decision is about and what it is expected to bring, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quanyu import figure
from quanyu.act.account import Account
from quanyu.act.channel import channel_named
from quanyu.ledger import Decision
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.owned.spend_test import described, returned
from quanyu.text import Text, told
from quanyu.web.pages.labels import slice_label
from quanyu.web.view import View

PLACES: Mapping[str, str] = {
    "audience": "/audiences",
    "campaign": "/campaigns",
    "budget": "/budget",
    "spend_test": "/budget",
}
"""Where a decision of a kind is looked at and made."""


def about_decision(view: View, decision: Decision) -> str:
    """Return what would be done: who is reached, what money moves, what is tested."""
    proposal = decision.proposal
    if decision.kind in ("audience", "campaign"):
        return CampaignDesign.of(proposal).name
    if decision.kind == "spend_test":
        return f"{slice_label(view, proposal['channel'])} · {told(described(proposal, view.ws.settings.currency), view.language)}"
    moved = [
        view.say(
            "{channel} {before} → {after} a day",
            channel=slice_label(view, line["channel"]), before=_whole(view, line["current_amount"]),
            after=_whole(view, line["proposed_amount"]),
        )
        for line in proposal.get("lines", ())
        if line["current_amount"] != line["proposed_amount"]
    ]  # fmt: skip
    return view.say("; ").join(moved) or decision.decision_id


def _whole(view: View, amount: float) -> str:
    return figure.money(amount, view.ws.settings.currency, digits=0)


def reach(view: View, campaign: Account) -> str:
    """Return how many people of an audience would be reached and how many kept out, and by which channel."""
    n_control = sum(share.n_people for share in campaign.shares if share.reason == "control")
    return view.say(
        "Reaches {n} of {whole} people by {channel}; {control} more are kept out as a control.",
        n=f"{campaign.by_status['pending']:,}", whole=f"{campaign.n_audience:,}", control=f"{n_control:,}",
        channel=view.say(channel_named(campaign.design.channel).label),
    )  # fmt: skip


def expectation(view: View, expected: Mapping[str, Any]) -> str:
    """Return what is expected of a decision."""
    if said := returned(expected):
        return told(said, view.language)
    if "gain_amount" not in expected:
        known: Text = expected.get("reason", "")
        reason = view.say(known or "nothing is known yet")
        return view.say("Expected gain: cannot tell, {reason}. The control group will tell.", reason=reason)
    currency = view.ws.settings.currency
    low, middle, high = (
        figure.money(expected[name], currency) for name in ("gain_low", "gain_amount", "gain_high")
    )
    if not (evidence := expected.get("evidence", ())):
        return view.say(
            "Expected gain a week: {middle} ({low} to {high}).", middle=middle, low=low, high=high
        )
    return view.say(
        "Expected gain in margin: {middle} ({low} to {high}), from {n} measured campaigns.",
        middle=middle, low=low, high=high, n=len(evidence),
    )  # fmt: skip
