"""What a decision is about and what it is expected to bring, in words."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu import figure
from quanyu.act.channel import channel_named
from quanyu.ledger import Decision
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.owned.spend_test import described, returned
from quanyu.text import Text, told
from quanyu.web.pages.labels import slice_label
from quanyu.web.view import View

PLACES: Mapping[str, str] = {"audience": "/audiences", "budget": "/budget", "spend_test": "/budget"}
"""Where a decision of a kind is looked at and made."""


def about_decision(view: View, decision: Decision) -> str:
    """Return what would be done: who is reached, what money moves, what is tested."""
    proposal = decision.proposal
    if decision.kind == "audience":
        design = CampaignDesign.of(proposal)
        return view.say(
            "{name}: {n} people by {channel}, {share} kept out as a control",
            name=design.name, n=f"{proposal.get('n_audience', 0):,}", share=figure.percent(design.control_share, 0),
            channel=view.say(channel_named(design.channel).label),
        )  # fmt: skip
    if decision.kind == "spend_test":
        return f"{slice_label(view, proposal['channel'])} · {told(described(proposal), view.language)}"
    moved = [
        f"{slice_label(view, line['channel'])} {line['current_amount']:,.0f} → {line['proposed_amount']:,.0f}"
        for line in proposal.get("lines", ())
        if line["current_amount"] != line["proposed_amount"]
    ]
    return view.say("; ").join(moved) or decision.decision_id


def expectation(view: View, decision: Decision) -> str:
    """Return what is expected of a decision."""
    expected = decision.expected
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
