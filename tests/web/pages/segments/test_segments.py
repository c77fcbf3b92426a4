"""Segments on screen: text from outside is text, whatever a segment is called, and a shop without any is told how to begin."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pytest
from nicegui import Client, ui

from quanyu import ledger
from quanyu.errors import SegmentError
from quanyu.understand.segment import overlaps, segment_states
from quanyu.web.cache import Cache
from quanyu.web.pages.segments.segment import read_segment, segment
from quanyu.web.pages.segments.segment_editor import Typed, save_typed
from quanyu.web.pages.segments.segment_words import TAKEN, segment_address
from quanyu.web.pages.segments.segments import segments
from quanyu.web.view import View
from quanyu.workspace import Workspace

NAMES = ("100%", "a?b#c", "加购 & 'co'", "<b>x</b>", "/segments")


def look(ws: Workspace, language: str = "en", **query: str) -> View:
    return View(ws, Cache(ws), language, "/segments", query)  # type: ignore[arg-type]


def drawn(draw: Callable[[], object]) -> str:
    """Return what a page holds as its markup."""
    with Client(ui.page(""), request=None) as client:
        draw()
        return "\n".join(str(getattr(part, "content", "")) for part in client.elements.values())


@pytest.fixture
def shop(make_workspace: Callable[..., Workspace]) -> Workspace:
    ws = make_workspace()
    ws.warehouse.replace("people", pa.table({"person_id": ["p1", "p2"]}), by="collect")
    return ws


@pytest.mark.parametrize("name", NAMES)
def test_an_address_leads_back_to_the_segment(name: str) -> None:
    parts = urlsplit(segment_address(View(None, None, "en", "/", {}), name))  # type: ignore[arg-type]
    assert (unquote(parts.path.removeprefix("/segments/")), parts.query, parts.fragment) == (name, "", "")


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_names_that_an_address_cannot_end_with_stand_after_it(name: str) -> None:
    address = segment_address(View(None, None, "en", "/", {}), name)  # type: ignore[arg-type]
    assert address == f"/segments?name={name}"


def test_a_shop_without_segments_is_told_what_they_are_and_how_to_begin(shop: Workspace) -> None:
    view = look(shop)
    view.ask(segment_states)
    page = drawn(lambda: segments(view))
    assert "No segment yet" in page and "A segment is a rule with a name." in page
    assert page.count('class="start"') == 3
    assert "Bought at least 2 times, in the last 365 days" in page


def test_names_and_descriptions_are_text(shop: Workspace) -> None:
    for name in NAMES:
        ledger.save_segment(
            shop.ledger, name, "bought", "<img src=x onerror=alert(1)>", who="<i>li</i>", at=shop.now()
        )
    view = look(shop)
    for read in (segment_states, overlaps):
        view.ask(read)
    view.ask(read_segment, "<b>x</b>", view.caller)
    page = drawn(lambda: segments(view)) + drawn(lambda: segment(view, "<b>x</b>"))
    assert "<b>x" not in page and "<img" not in page and "<i>li" not in page
    assert "&lt;b&gt;x" in page and "&lt;img src=x" in page and "&lt;i&gt;li" in page
    assert drawn(lambda: segment(view, "nobody")).count("There is no segment nobody.") == 1


def test_a_new_segment_replaces_none(shop: Workspace) -> None:
    first = save_typed(
        View(shop, Cache(shop), "en", "/segments/new", {}),
        Typed(" vip ", "bought >= 5 times", "dear"),
        is_new=True,
    )
    assert (first.segment_id, first.rule, first.description, first.version) == (
        "vip",
        "bought >= 5 times",
        "dear",
        1,
    )
    with pytest.raises(SegmentError, match="already"):
        save_typed(View(shop, Cache(shop), "en", "/segments/new", {}), Typed("vip", "bought"), is_new=True)
    assert (
        save_typed(
            View(shop, Cache(shop), "en", "/segments/new", {}),
            Typed("vip", "bought >= 6 times"),
            is_new=False,
        ).version
        == 2
    )
    with pytest.raises(SegmentError, match="no rule"):
        save_typed(View(shop, Cache(shop), "en", "/segments/new", {}), Typed("all", " ; "), is_new=True)
