"""The frame around every page: header, menu, language switch, and the day all figures speak of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from nicegui import ui

from quanyu import ledger
from quanyu.tables.mask import masked
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.view import View
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Entry:
    """A line of the menu: where it leads, what it is called, its short name on a phone, and its sign."""

    path: str
    label: str
    short: str
    icon: str


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("/", "Overview", "Overview", "M3 12 12 4l9 8M6 10v10h12V10"),)),
    (
        "Data",
        (
            Entry(
                "/data",
                "Data and quality",
                "Data",
                "M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0zM4 6c0 3 16 3 16 0M4 12c0 3 16 3 16 0",
            ),
        ),
    ),
    (
        "Customers",
        (
            Entry(
                "/people",
                "Find people",
                "Customers",
                "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-5 15-5 16 0",
            ),
            Entry(
                "/portraits",
                "Portraits and RFM",
                "Portraits",
                "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
            ),
            Entry("/value", "Customer value", "Worth", "M12 3v18M16 7c-2-2-8-2-8 1s8 3 8 6-6 3-8 1"),
        ),
    ),
    (
        "Marketing",
        (
            Entry(
                "/channels", "Channels and attribution", "Channels", "M5 6h5l4 6h5M5 18h5l4-6M17 9l3 3-3 3"
            ),
            Entry("/budget", "Budget", "Budget", "M4 7h16v12H4zM4 7l3-3h10l3 3M12 10v6M9.5 13h5"),
            Entry(
                "/audiences",
                "Audiences",
                "Audiences",
                "M4 18v-5l11-5v15L4 18M15 11a4 4 0 0 1 0 8M7 19v3h3",
            ),
        ),
    ),
    ("Reports", (Entry("/metrics", "Metric explorer", "Metrics", "M4 20V4M4 20h16M8 16l4-5 3 3 5-7"),)),
)
"""The menu by group; a screen is listed once it exists."""


@contextmanager
def frame(view: View, title: str) -> Iterator[None]:
    """Draw the frame and place what is built inside it as the page's content."""
    shop = view.ws.settings.name or view.ws.root.name
    ui.page_title(masked(f"{title} · {shop} · Quanyu"))
    if not view.ws.settings.rises_are_red:
        ui.query("body").classes("rises-green")
    put(_top(view, shop), "header", "top")
    put(_side(view), "nav", "side").props(f'aria-label="{view.say("Menu")}"')
    with ui.element("div").classes("page").props("id=content tabindex=-1"):
        yield


def as_of(ws: Workspace) -> str:
    """Return the day the derived tables speak of, as the newest turn recorded it; empty before the first."""
    last = ledger.last_good(ws.ledger, "metrics")
    return str(last.summary.get("as_of", "")) if last else ""


def _top(view: View, shop: str) -> Markup:
    day = as_of(view.ws)
    tongues = [
        tag("a", label, href=f"/language/{code}?next={quote(view.link(), safe='')}", hreflang=code, lang=code,
            aria_current="true" if code == view.language else None)
        for code, label in (("zh", "中文"), ("en", "EN"))
    ]  # fmt: skip
    brand = [Markup("<i></i>"), view.pick("全域", "Quanyu"), tag("small", view.pick("Quanyu", "全域"))]
    label = view.say("Data until {day}", day=day) if day else view.say("Not run yet")
    return Markup("").join(
        [
            tag("a", view.say("Skip to content"), href="#content", class_="skip"),
            tag("a", *brand, href="/", class_="brand"),
            span("shop", shop, title=str(view.ws.root)),
            tag("div", label, class_="as-of"),
            tag("nav", *tongues, class_="tongue", aria_label=view.say("Language")),
        ]
    )


def _side(view: View) -> Markup:
    here = "/" + view.path.strip("/").split("/")[0]
    parts: list[Markup] = []
    for group, entries in MENU:
        parts += [tag("b", view.say(group))] if group else []
        parts += [
            tag(
                "a",
                _icon(entry.icon),
                span("long", view.say(entry.label)),
                span("short", view.say(entry.short)),
                href=entry.path,
                aria_current="page" if entry.path == here else None,
            )
            for entry in entries
        ]
    return Markup("").join(parts)


def _icon(path: str) -> Markup:
    return Markup(
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" '
        'stroke-linejoin="round" stroke-linecap="round" aria-hidden="true"><path d="{}"/></svg>'
    ).format(path)
