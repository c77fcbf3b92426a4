"""A campaign in words: how far it is, when it leaves, through which channels, and what became of its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from quanyu.act.account import Share, reason_words
from quanyu.act.campaign import Brief
from quanyu.act.channel import channel_named
from quanyu.text import Text
from quanyu.web.parts.markup import div, span
from quanyu.web.view import View

LEVELS: Mapping[str, str] = {
    "sending": "note",
    "paused": "warning",
    "proposed": "warning",
    "approved": "note",
}
"""How the states of campaigns look; the others are over."""
STATES: Mapping[str, Text] = {
    "delivered": "Sent", "failed": "Failed", "suppressed": "Left alone", "held_out": "Held out", "pending": "Waiting",
}  # fmt: skip
"""What becomes of people, in the order in which it is shown; every person stands in one of them."""
COLORS: Mapping[str, str] = {
    "delivered": "#2457c5", "failed": "#b42318", "suppressed": "#c9d1dc", "held_out": "#86a6ea", "pending": "#e8ebf0",
}  # fmt: skip
WHEN: Mapping[str, Text] = {
    "now": "At once",
    "at": "At a time",
    "best_hour": "At the hour when each person is usually there",
}


def campaign_address(campaign_id: str) -> str:
    """Return the address of a campaign."""
    return f"/campaigns/{campaign_id}"


def status_chip(view: View, status: Text) -> Markup:
    """Return how far a campaign is as a chip."""
    return span(f"mark {LEVELS.get(status, '')}", view.say(status))


def channels_told(view: View, names: Sequence[str]) -> str:
    """Return channels in the order in which they are tried."""
    return " → ".join(view.say(channel_named(name).label) for name in names)


def when_told(view: View, brief: Brief) -> str:
    """Say when the messages of a campaign leave."""
    timing = brief.timing
    said = view.say(WHEN[timing.when])
    if timing.when == "at" and timing.at is not None:
        zone = view.ws.settings.zone
        at = timing.at.astimezone(zone) if timing.at.tzinfo else timing.at
        said = f"{at:%Y-%m-%d %H:%M}"
        said += view.say(" where each person is") if timing.is_local else ""
    if timing.spread_hours:
        said += view.say(", spread over {hours} hours", hours=f"{timing.spread_hours:g}")
    return said


def reason_told(view: View, reason: Text) -> str:
    """Return a reason on record in words; an unknown one, as providers have it, as it stands."""
    return view.say(reason_words().get(reason, reason)) if reason else ""


def by_status(shares: Sequence[Share]) -> dict[str, int]:
    """Return how many people stand in each state, in the order of `STATES`."""
    return {status: sum(share.n_people for share in shares if share.status == status) for status in STATES}


def people_bar(view: View, counts: Mapping[str, int]) -> Markup:
    """Return the people of a campaign as a bar with its legend: a part for each state that anybody is in."""
    present = {status: n for status, n in counts.items() if n}
    parts = [
        span("", "", style=f"flex-grow:{n};background:{COLORS[status]}") for status, n in present.items()
    ]
    legend = [
        span("", span("dot", "", style=f"background:{COLORS[status]}"), view.say(STATES[status]), " ", span("n", f"{n:,}"))
        for status, n in counts.items()
    ]  # fmt: skip
    return div("people-bar", *parts, aria_hidden="true") + div("people-legend", *legend)
