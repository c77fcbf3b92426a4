"""HTML that cannot be broken by its content: every text is escaped, every attribute quoted."""

from __future__ import annotations

from markupsafe import Markup, escape
from nicegui import ui

VOID = frozenset({"input", "br", "img", "hr"})


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return one element; `class_` stands for class, `_` for `-`, True for a bare attribute, None for none.

    >>> tag("a", "<b>", href="/people?q=1&r=2", class_="link", hidden=None)
    Markup('<a href="/people?q=1&amp;r=2" class="link">&lt;b&gt;</a>')
    """
    words = [
        Markup(" {}").format(key.rstrip("_").replace("_", "-"))
        if value is True
        else Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    ]
    opening = Markup("<{}{}>").format(name, Markup("").join(words))
    if name in VOID:
        return opening
    return opening + Markup("").join(escape(child) for child in children) + Markup("</{}>").format(name)


def div(class_: str, /, *children: object, **attributes: object) -> Markup:
    """Return a `div` of a class."""
    return tag("div", *children, class_=class_, **attributes)


def span(class_: str, /, *children: object, **attributes: object) -> Markup:
    """Return a `span` of a class."""
    return tag("span", *children, class_=class_, **attributes)


def put(content: Markup, name: str = "div", class_: str = "") -> ui.html:
    """Place markup on the page being built."""
    return ui.html(str(content), sanitize=False, tag=name).classes(class_)
