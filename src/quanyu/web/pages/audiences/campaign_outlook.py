"""What approving an audience would do: who is reached, kept out and left alone, what it costs and may bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from quanyu import figure
from quanyu.act.account import Account, reason_words
from quanyu.decide.audience import expected_of
from quanyu.web.parts.card import plain
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import table
from quanyu.web.parts.write import writer
from quanyu.web.view import View


def outlook(view: View, campaign: Account) -> None:
    """Place the figures of an audience that is not frozen yet, and why people are left alone."""
    n = campaign.n_audience
    by_status = campaign.by_status
    reached, control = (
        by_status["pending"],
        sum(share.n_people for share in campaign.shares if share.reason == "control"),
    )
    gain, between = _gain(view, view.ask(expected_of, campaign.design, reached))
    cost = figure.money(reached * campaign.design.contact_cost_amount, view.ws.settings.currency)
    passed = view.say(
        "With a contact for the channel, consent, and no contact in the last {days} days.",
        days=campaign.design.rest_days,
    )
    drawn = view.say(
        "Drawn by lot from those who could be reached; the comparison with them is the result. The lot is cast already: the "
        "same people are kept out when it is approved, as long as data and consents stay as they are."
    )
    plain(view, (
        ("In the audience", f"{n:,}", view.say("Everybody the conditions find.")),
        ("Would be reached", f"{reached:,}", passed),
        ("Kept out as a control", f"{control:,}", drawn),
        ("Left alone", f"{n - reached - control:,}", view.say("Those whom a gate stops; the reasons stand below.")),
        ("Cost of contacts", cost, view.say("People reached times the cost of one contact in the settings.")),
        ("Expected gain", gain, view.say(
            "Margin that one contacted person brought in earlier campaigns on this channel, times the people reached now, less "
            "the cost; it holds if these people answer as those did.")),
    ))  # fmt: skip
    put(tag("p", between, class_="muted"))
    stopped = sorted(
        (share for share in campaign.shares if share.reason and share.reason != "control"),
        key=lambda share: -share.n_people,
    )
    if stopped:
        heads = (
            Head(view.say("Left alone because")),
            Head(view.say("People"), "count"),
            Head(view.say("Share"), "ratio"),
        )
        rows = tuple(
            (view.say(reason_words().get(share.reason, share.reason)), share.n_people, share.n_people / n)
            for share in stopped
        )
        reasons = table(Sheet(view.say("Left alone"), heads, rows), writer(view))
        put(tag("details", tag("summary", view.say("Who is left alone and why")), reasons))
    if not reached:
        put(nobody(view))


def _gain(view: View, expected: Mapping[str, Any]) -> tuple[str, str]:
    """Return the gain as a card shows it, and its interval in a sentence."""
    if "gain_amount" not in expected:
        return figure.NOTHING, view.say("What it brings cannot be told yet; the control group will tell.")
    currency = view.ws.settings.currency
    low, middle, high = (
        figure.money(expected[name], currency, digits=0) for name in ("gain_low", "gain_amount", "gain_high")
    )
    said = view.say(
        "The gain lies between {low} and {high} in 19 of 20 cases, from {n} measured campaigns.",
        low=low, high=high, n=len(expected["evidence"]),
    )  # fmt: skip
    return middle, said


def nobody(view: View) -> Markup:
    """Return the warning that nobody would be reached."""
    said = view.say(
        "Nobody would be reached: loosen the conditions, choose another channel, or load consents and contacts."
    )
    return tag("p", said, class_="notice warning", role="status")
