"""Words for channels, campaigns and the models that credit them."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.measure.attribution import Channels
from quanyu.tables.view.credit import CLAIMED
from quanyu.tables.view.model_names import CREDIT
from quanyu.text import Text
from quanyu.web.pages.labels import slice_label
from quanyu.web.view import View

MEANING: Mapping[str, Text] = {
    "markov": "Paths as a chain of steps; a channel is credited with what would be lost if every path through it failed.",
    "shapley": "Every order is divided equally among the different channels that were met before it.",
    "linear": "Every order is divided equally among all touches before it.",
    "time_decay": "The nearer a touch to the order, the more it counts: half as much per half-life.",
    "position": "The first and the last touch take a fixed share each, those between share the rest.",
    "first": "The touch that came first takes the whole order.",
    "last": "The touch that came last takes the whole order.",
    "shapley_rate": "What a channel adds to the conversion rate of the paths that are possible with it; "
    "it can be negative and swings widely.",
    "shapley_ordered": "Like Shapley of rates, but the order in which channels were first met counts too; "
    "drawn at random where there are many channels.",
    CLAIMED: "What ad platforms report of themselves. Several of them claim the same order.",
}


def model_name(view: View, model: str) -> str:
    """Return how a model is called."""
    return view.say(CREDIT[model])


def key_name(view: View, attribution: Channels, key: str) -> str:
    """Return how a channel or campaign is called."""
    channel, _, campaign = key.partition("/")
    label = slice_label(view, channel)
    return f"{label} · {attribution.names.get(key, campaign)}" if campaign else label
