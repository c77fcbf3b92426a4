"""Which variant is ahead: how the share that bought stands against the rival's, with intervals that hold at every look."""

from __future__ import annotations

from quanyu.measure.experiment import VariantReading, variants
from quanyu.method.assignment import CONTROL
from quanyu.text import Text
from quanyu.web.pages.campaigns.campaign_words import channels_told
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.plot import interval
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.waiting import fresh
from quanyu.web.view import View

HEADS: tuple[tuple[Text, Kind], ...] = (
    ("Channel", "text"), ("Variant", "text"), ("People", "count"), ("Bought", "count"), ("Against", "text"),
    ("Difference", "ratio"), ("Low", "ratio"), ("High", "ratio"), ("Verdict", "text"),
)  # fmt: skip


def ahead(view: View, campaign_id: str) -> None:
    """Place each variant against the best of the others, or against control; nothing before the first turn after the launch."""
    fresh(view, _shown, lambda: variants(view.ws, campaign_id))


def _shown(view: View, readings: list[VariantReading]) -> None:
    told = [one for one in readings if one.low is not None]
    if not told:
        return
    drawn = [
        interval.Whisker(f"{_named(view, one)}: {view.say(one.sentence)}", one.difference, one.low, one.high)
        for one in told
    ]
    rows = tuple(
        (
            channels_told(view, [one.channel]), one.variant, one.n, one.n_did["bought"], _rival(view, one),
            one.difference, one.low, one.high, view.say(one.sentence),
        )
        for one in readings
    )  # fmt: skip
    sheet = Sheet(
        view.say("Which variant is ahead"), tuple(Head(view.say(label), kind) for label, kind in HEADS), rows
    )
    said = (
        view.say("The share of its people that bought, less that of the best other variant, or of the control group."),
        view.say("The intervals hold together, whenever and however often they are looked at, 19 times out of 20."),
    )  # fmt: skip
    chart(view, Chart(sheet, interval.forest(view, drawn, "ratio"), said))


def _named(view: View, one: VariantReading) -> str:
    return f"{channels_told(view, [one.channel])} {one.variant}"


def _rival(view: View, one: VariantReading) -> str:
    return view.say("Control") if one.against == CONTROL else one.against
