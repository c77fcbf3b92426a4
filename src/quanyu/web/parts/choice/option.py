"""A choice among a few values: segments or a drop-down; every choice is an address."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from quanyu.web.parts.markup import tag
from quanyu.web.view import View


def segments(view: View, name: str, options: Mapping[str, str], chosen: str, label: str) -> Markup:
    """Return the options side by side, the chosen one marked."""
    links = [
        tag("a", text, href=view.link(**{name: value}), aria_current="true" if value == chosen else None)
        for value, text in options.items()
    ]
    return tag("nav", *links, class_="seg", aria_label=label)


def dropdown(
    view: View, name: str, groups: Mapping[str, Mapping[str, str]], chosen: str, label: str
) -> Markup:
    """Return a labelled drop-down of grouped options; choosing one opens its address."""

    def option(value: str, text: str) -> Markup:
        return tag("option", text, value=value, selected=value == chosen)

    listed = [
        tag("optgroup", *[option(*pair) for pair in options.items()], label=title) if title
        else Markup("").join(option(*pair) for pair in options.items())
        for title, options in groups.items()
    ]  # fmt: skip
    kept = [
        tag("input", type="hidden", name=key, value=value) for key, value in view.query.items() if key != name
    ]
    select = tag("select", *listed, name=name)
    return tag(
        "form",
        tag("label", label, " ", select, class_="field"),
        *kept,
        class_="choice",
        method="get",
        action=view.path,
    )
