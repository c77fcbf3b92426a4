"""The frame around every page: header, menu, language switch, and the day all figures speak of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from markupsafe import Markup
from nicegui import ui

from quanyu import ledger
from quanyu.tables.text.mask import masked
from quanyu.web.page import menu
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.view import View
from quanyu.workspace import Workspace

DOTS = "M5 12h.01M12 12h.01M19 12h.01"


@contextmanager
def frame(view: View, title: str) -> Iterator[None]:
    """Draw the frame and place what is built inside it as the page's content."""
    shop = view.ws.settings.name or view.ws.root.name
    ui.page_title(masked(f"{title} · {shop} · Quanyu"))
    if not view.ws.settings.good_is_red:
        ui.query("body").classes("good-is-green")
    put(_top(view, shop), "header", "top")
    put(_side(view), "nav", "side").props(f'aria-label="{view.say("Menu")}"')
    put(_more(view), "nav", "more").props(f'popover=auto id=more aria-label="{view.say("More")}"')
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
            _who(view),
            tag("nav", *tongues, class_="tongue", aria_label=view.say("Language")),
        ]
    )


def _who(view: View) -> Markup:
    """Return the link to one's own account, where one had to sign in."""
    if view.session is None:
        return Markup("")
    name = view.session.name
    label = view.say("Signed in as {name}", name=name)
    inner = (span("long", name), span("short", name[0], aria_hidden="true"))
    return tag("a", *inner, href="/account", class_="own", title=label, aria_label=label)


def _side(view: View) -> Markup:
    here = "/" + view.path.strip("/").split("/")[0]
    parts: list[Markup] = []
    for group, entries in menu(view.caller.role):
        parts += [tag("b", view.say(group))] if group else []
        parts += [
            tag(
                "a",
                _icon(entry.icon),
                span("long", view.say(entry.title)),
                span("short", view.say(entry.short)),
                href=entry.path,
                class_=None if entry.is_near else "far",
                aria_current="page" if entry.path == here else None,
            )
            for entry in entries
        ]
    is_far = any(
        entry.path == here and not entry.is_near for _, entries in menu(view.caller.role) for entry in entries
    )
    more = tag("button", _icon(DOTS), span("", view.say("More")), type="button", popovertarget="more",
               class_="opener", aria_current="true" if is_far else None)  # fmt: skip
    return Markup("").join([*parts, more])


def _more(view: View) -> Markup:
    """Return what a phone shows under "More": the pages that its menu has no room for."""
    far = (entry for _, entries in menu(view.caller.role) for entry in entries if not entry.is_near)
    return Markup("").join(
        tag("a", _icon(entry.icon), view.say(entry.title), href=entry.path) for entry in far
    )


def _icon(path: str) -> Markup:
    return Markup(
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" '
        'stroke-linejoin="round" stroke-linecap="round" aria-hidden="true"><path d="{}"/></svg>'
    ).format(path)
