"""What stands in the way of writing to somebody, in words and colours."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.act.channel import channels
from quanyu.tables.owned.people import ALL_CHANNELS
from quanyu.text import Text
from quanyu.web.view import View

STATES: Mapping[str, Text] = {
    "": "May be written to",
    "no_consent": "Has not agreed",
    "personalisation_off": "Personal choice is off",
    "opted_out": "Opted out",
    "complained": "Complained",
    "bounced": "Came back",
    "manual": "Barred by hand",
    "erased": "Erased",
    "no_contact": "No contact known",
}
"""Every state, in the order in which a picture stacks them."""
LOOKS: Mapping[str, str] = {
    "": "#2457c5", "no_consent": "#c9d1dc", "personalisation_off": "#86a6ea", "opted_out": "#e07b00", "complained": "#b42318",
    "bounced": "#a8327e", "manual": "#7a5b00", "erased": "#5b6472", "no_contact": "#e8ebf0",
}  # fmt: skip
REASONS: Mapping[str, Text] = {
    "opted_out": "Said no to marketing; a yes with a proof takes it back.",
    "complained": "Complained about a message; a yes with a proof takes it back.",
    "bounced": "What was sent there came back for good; once mended it can be lifted.",
    "manual": "Barred by staff, who can lift it.",
    "erased": "Erased; it is never used again.",
}
"""What each reason on the list of suppressions means, and who takes it back."""


def channel_labels(view: View) -> dict[str, str]:
    """Return the names of the channels that reach people, and of all of them together."""
    return {
        ALL_CHANNELS: view.say("All channels"),
        **{one.name: view.say(one.label) for one in channels("people")},
    }


def channel_told(view: View, name: str) -> str:
    """Return the name of a channel as its reader knows it; what files call otherwise stays as it stands."""
    return channel_labels(view).get(name, name)
