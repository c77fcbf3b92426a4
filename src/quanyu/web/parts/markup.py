"""HTML that cannot be broken by its content: every text is escaped and masked, every attribute quoted."""

from __future__ import annotations

from markupsafe import Markup, escape
from nicegui import ui

from quanyu.tables.text.mask import masked

VOID = frozenset({"input", "br", "img", "hr"})
TOLD = frozenset({"title", "aria_label"})
"""Attributes that a reader sees or hears."""


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return one element; `class_` stands for class, `_` for `-`, True for a bare attribute, None for none.

    Phone numbers and mail addresses in texts are masked, wherever the texts come from.

    >>> tag("a", "<b>", href="/people?q=1&r=2", class_="link", hidden=None)
    Markup('<a href="/people?q=1&amp;r=2" class="link">&lt;b&gt;</a>')
    """
    words = [
        Markup(" {}").format(key.rstrip("_").replace("_", "-"))
        if value is True
        else Markup(' {}="{}"').format(
            key.rstrip("_").replace("_", "-"), shown(value) if key in TOLD else value
        )
        for key, value in attributes.items()
        if value is not None and value is not False
    ]
    opening = Markup("<{}{}>").format(name, Markup("").join(words))
    if name in VOID:
        return opening
    return opening + Markup("").join(shown(child) for child in children) + Markup("</{}>").format(name)


def shown(text: object) -> Markup:
    """Return a text as a page may show it: markup as it is, any other masked and escaped.

    >>> shown("<b> 13812345678")
    Markup('&lt;b&gt; 138****5678')
    """
    return escape(text if isinstance(text, Markup) or not isinstance(text, str) else masked(text))


def div(class_: str, /, *children: object, **attributes: object) -> Markup:
    """Return a `div` of a class."""
    return tag("div", *children, class_=class_, **attributes)


def span(class_: str, /, *children: object, **attributes: object) -> Markup:
    """Return a `span` of a class."""
    return tag("span", *children, class_=class_, **attributes)


def put(content: Markup, name: str = "div", class_: str = "") -> ui.html:
    """Place markup on the page being built."""
    return ui.html(str(content), sanitize=False, tag=name).classes(class_)
