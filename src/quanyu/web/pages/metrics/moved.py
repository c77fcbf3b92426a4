"""What moved a metric: one sentence on top, and every slice's part in the change below."""

from __future__ import annotations

from quanyu import figure
from quanyu.measure.metric.explore import Exploration
from quanyu.tables.metric.metric import Unit
from quanyu.tables.metric.period import last_day
from quanyu.text import Text
from quanyu.web.pages.metrics.cut import cut_label, part_label
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.write import UNITS, shown
from quanyu.web.view import View

COMPARED: dict[int, Text] = {
    1: "{metric} from {since} to {last}: {now}, {change} more than from {since_before} to {last_before} ({before}).",
    -1: "{metric} from {since} to {last}: {now}, {change} less than from {since_before} to {last_before} ({before}).",
    0: "{metric} from {since} to {last}: {now}, as much as from {since_before} to {last_before}.",
}
NOT_COMPARED: Text = "{metric} from {since} to {last}: {now}. From {since_before} to {last_before} there is nothing to compare with."
NOTHING: Text = "{metric} from {since} to {last} cannot be told."
BEGAN: Text = "The data begin on {day}: choose a later first day."
DIVIDED: tuple[Text, ...] = ("Period before", "This period", "Contribution")
WITH_MIX: tuple[Text, ...] = ("Period before", "This period", "Contribution", "of which mix", "of which rate")
ALONE: tuple[Text, ...] = ("Period before", "This period", "Own change")
MOVED: Text = "{slice} moved it most: {part}, from {before} to {now}."
MOVED_ALONE: Text = "{slice} changed most: from {before} to {now}."
MIX: Text = "Of this, {mix} because its weight changed and {rate} because its own value did."


def told_move(view: View, told: Exploration) -> None:
    """Place the sentence that answers what moved, and which slice moved it most."""
    words = [_whole(view, told), *_mover(view, told)]
    put(tag("p", view.pick("", " ").join(words), class_="lead"))


def _whole(view: View, told: Exploration) -> str:
    reading, period = told.card, told.card.period
    unit, label = reading.metric.unit, reading.metric.name_in(view.language)
    days = {
        "since": period.since, "last": last_day(period),
        "since_before": period.previous().since, "last_before": last_day(period.previous()),
    }  # fmt: skip
    if reading.value is None:
        is_early = told.began is not None and told.began > period.since
        began = [view.say(BEGAN, day=told.began)] if is_early else []
        return view.pick("", " ").join([view.say(NOTHING, metric=label, **days), *began])
    now, before = shown(view, reading.value, unit), shown(view, reading.previous, unit)
    if reading.change is None:
        return view.say(NOT_COMPARED, metric=label, now=now, **days)
    words = COMPARED[(reading.change > 0) - (reading.change < 0)]
    change = figure.percent(abs(reading.change))
    return view.say(words, metric=label, now=now, change=change, before=before, **days)


def _mover(view: View, told: Exploration) -> list[str]:
    explained = told.explained
    mover, unit = explained.mover, explained.metric.unit
    if mover is None or (explained.is_divided and not explained.change):
        return []
    sides = {"before": shown(view, mover.before, unit), "now": shown(view, mover.now, unit)}
    name = part_label(view, told.cut, mover.slice)
    if not explained.is_divided:
        return [view.say(MOVED_ALONE, slice=name, **sides)]
    said = [view.say(MOVED, slice=name, part=_signed(view, unit, mover.contribution), **sides)]
    if explained.has_mix:
        parts = {"mix": _signed(view, unit, mover.mix), "rate": _signed(view, unit, mover.rate)}
        said.append(view.say(MIX, **parts))
    return said


def _signed(view: View, unit: Unit, amount: float) -> str:
    """Return a part of a change with its sign; parts of a rate are points of it."""
    sign = "+" if amount > 0 else ""
    if unit == "ratio":
        return view.say("{n} points", n=f"{sign}{figure.percent(amount, 2).removesuffix('%')}")
    return f"{sign}{shown(view, amount, unit)}"


def moved(view: View, told: Exploration) -> None:
    """Place every slice's part in the change, all of them."""
    explained = told.explained
    label = explained.metric.name_in(view.language)
    title = view.say("What moved {metric}", metric=label)
    if not explained.parts:
        put(tag("h2", title), class_="bar")
        put(tag("p", view.say("There is no period before to compare with."), class_="muted"))
        return
    columns = [Head(cut_label(view, told.cut)), *_heads(view, told)]
    rows: list[tuple[Cell, ...]] = [
        (
            part_label(view, told.cut, part.slice), part.before, part.now,
            part.contribution if explained.is_divided else part.own_change,
            *((part.mix, part.rate) if explained.has_mix else ()),
        )
        for part in explained.parts
    ]  # fmt: skip
    if explained.has_rest:
        rest = (None, None, explained.rest, *([None, None] if explained.has_mix else []))
        rows.append((view.say("Not explained by the slices"), *rest))
    grid(view, Sheet(title, tuple(columns), tuple(rows)), about_it=_about(view, told), is_short=True)


def _heads(view: View, told: Exploration) -> list[Head]:
    explained = told.explained
    kind = UNITS[explained.metric.unit]
    heads = WITH_MIX if explained.has_mix else DIVIDED if explained.is_divided else ALONE
    return [Head(view.say(head), kind) for head in heads]


def _about(view: View, told: Exploration) -> str:
    explained = told.explained
    if explained.has_mix:
        return view.say(
            "Each slice's part in the change on the period before. "
            "Mix: the slice grew or shrank; rate: its own value changed. The parts add up to the change."
        )
    if explained.is_divided:
        return view.say(
            "Each slice's part in the change on the period before. The parts add up to the change."
        )
    return view.say(
        "What each slice changed by itself. A person may be in two slices, so these do not add up to the whole change, "
        "and no mix can be told."
    )
