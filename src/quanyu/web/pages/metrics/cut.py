"""Which slices are looked at: by one dimension or two, and some of them only; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, unquote

from markupsafe import Markup
from nicegui import ui

from quanyu.measure.metric.explore import Cut, Known
from quanyu.tables.metric.metric import Metric
from quanyu.tables.text.mask import masked
from quanyu.web.pages.labels import DIMENSIONS, slice_label
from quanyu.web.parts.choice import segments
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import notice
from quanyu.web.view import View

ACROSS = " × "
NO_SECOND = ""


def chosen_cut(view: View, known: Known) -> Cut:
    """Return the cut that the address asks for; by nothing for a metric that is kept as a whole only."""
    if not known.slices:
        return Cut(())
    first = view.query.get("dimension", "channel")
    first = first if first in known.slices else next(iter(known.slices))
    second = view.query.get("second", NO_SECOND)
    by = (first, second) if second in _seconds(first, known) else (first,)
    among = tuple((dimension, told) for dimension in known.slices if (told := _told(view, dimension, known)))
    return Cut(by, among)


def cut_choices(view: View, cut: Cut, known: Known) -> list[Markup]:
    """Return the choices of the dimension and of a second one, where there are several."""
    if not known.slices:
        return []
    labels = {name: view.say(DIMENSIONS[name]) for name in known.slices}
    first = segments(view, "dimension", labels, cut.by[0], view.say("Dimension"))
    seconds = _seconds(cut.by[0], known)
    nothing = {NO_SECOND: view.say("One dimension")}
    with_it = {name: view.say("and by {dimension}", dimension=labels[name].lower()) for name in seconds}
    chosen = cut.by[1] if len(cut.by) > 1 else NO_SECOND
    second = segments(view, "second", nothing | with_it, chosen, view.say("Second dimension"))
    return [first, second if seconds else Markup("")]


def place_filters(view: View, cut: Cut, known: Known) -> None:
    """Place a choice of slices for every dimension; closing one opens the address with what was chosen."""
    among = dict(cut.among)
    with ui.element("div").classes("choices filters"):
        for dimension, slices in known.slices.items():
            _filter(view, dimension, slices, among.get(dimension, ()))
        if among:
            cleared = view.link(**dict.fromkeys(DIMENSIONS, None))
            put(tag("a", view.say("Without filters"), href=cleared, class_="plain"))


def tell_ignored(view: View, metric: Metric, known: Known) -> None:
    """Say which filters of the address do not hold here, and why."""
    for dimension in filter(view.query.get, ("channel", "region", "new_old")):
        label = view.say(DIMENSIONS[dimension])
        if dimension not in known.slices:
            words = view.say(
                "{metric} is not kept by {dimension}: this filter is left out.",
                metric=metric.name_in(view.language),
                dimension=label.lower(),
            )
            put(notice(words, level="warning"))
        elif strange := [part for part in _asked(view, dimension) if part not in known.slices[dimension]]:
            words = view.say("{dimension}: there is no {names}.", dimension=label, names=", ".join(strange))
            put(notice(words, level="warning"))


def cut_label(view: View, cut: Cut) -> str:
    """Return what the slices of a cut are by: one dimension or two."""
    return ACROSS.join(view.say(DIMENSIONS[name]) for name in cut.by)


def part_label(view: View, cut: Cut, part: str) -> str:
    """Return the label of a slice of one dimension or of two."""
    return ACROSS.join(slice_label(view, name) for name in cut.names(part))


def _seconds(first: str, known: Known) -> list[str]:
    return [name for name in known.slices if name != first] if known.has_pairs else []


def _asked(view: View, dimension: str) -> list[str]:
    return [unquote(part) for part in view.query.get(dimension, "").split(",") if part]


def _told(view: View, dimension: str, known: Known) -> tuple[str, ...]:
    return tuple(part for part in known.slices[dimension] if part in _asked(view, dimension))


def written(parts: Sequence[str]) -> str | None:
    """Return slices as the address names them; a comma within a name is told from those between."""
    return (
        ",".join(quote(part, safe=" ()/") if "," in part or "%" in part else part for part in parts) or None
    )


def _filter(view: View, dimension: str, slices: Sequence[str], chosen: Sequence[str]) -> None:
    options = {part: masked(slice_label(view, part)) for part in slices}
    label = view.say(DIMENSIONS[dimension])
    select = ui.select(options, value=list(chosen), multiple=True, label=label).classes("columns")
    n = len(chosen)
    told = view.say("{n} of {whole}", n=n, whole=len(slices)) if n else view.say("all {n}", n=len(slices))
    select.props(f'dense outlined options-dense aria-label="{label}"')
    select.props["display-value"] = ", ".join(options[part] for part in chosen) if 0 < n <= 2 else told
    select.props["data-name"] = dimension

    def go() -> None:
        wanted = [part for part in slices if part in select.value]
        if wanted != list(chosen):
            ui.navigate.to(view.link(**{dimension: written(wanted)}))

    select.on("popup-hide", go)
