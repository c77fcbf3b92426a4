"""Every screen in a real browser: whole, open to all, and nothing in the data is anything but text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.test_guard import MAIL, PHONE

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]

SCREENS = (
    "/",
    "/?period=last_7&trend=gmv",
    "/data",
    "/data?part=quality",
    "/data?part=rejects",
    "/data?part=tables",
    "/data?part=dictionary",
    "/people",
    "/people?rule=frequency+%3E%3D+2000",
    "/segments",
    "/segments/%E5%9B%9E%E5%A4%B4%E5%AE%A2%20100%25%3F%20%231",
    "/segments/new?rule=frequency+%3E%3D+1+or+bought",
    "/portraits",
    "/portraits?size=money&trait=spend_amount&with=first_order_on",
    "/value",
    "/budget",
    "/channels",
    "/channels?level=campaign&window=7d&model=last",
    "/channels?model=claimed",
    "/audiences",
    "/campaigns",
    "/campaigns/new?rule=bought",
    "/journeys",
    "/journeys/new",
    "/consent",
    "/content",
    "/content/edit",
    "/account",
    "/users",
    "/audit",
    "/live",
    "/sources",
    "/metrics",
    "/metrics?metric=refund_rate&grain=week&dimension=region&period=last_90",
    "/metrics?period=custom&since=2026-05-01&until=2026-05-20&metric=n_buyers",
)
HIDDEN = """
[...document.querySelectorAll('.panels > div > *, .panels > section > *, .ag-paging-panel *')].filter(e => {
  const [box, holder] = [e, e.closest('.ag-paging-panel') || e.parentElement].map(x => x.getBoundingClientRect());
  return e.checkVisibility() && box.height && (box.bottom > holder.bottom + 1 || box.top < holder.top - 1
    || box.left < holder.left - 1 || box.right > holder.right + 1);
}).map(e => e.innerText || e.className)
"""
"""What is drawn outside of its panel, or of the line below a grid, where other things cover it or nothing shows it."""
PLANTED = (
    "/", "/data", "/data?part=quality", "/data?part=rejects", "/data?part=tables", "/people", "/portraits",
    "/portraits?size=money&trait=spend_amount", "/portraits?trait=favourite_category", "/value", "/budget", "/channels",
    "/channels?level=campaign", "/channels?level=campaign&model=last", "/channels?model=claimed", "/audiences",
    "/metrics?metric=net_revenue&dimension=region&period=last_90", "/metrics?metric=net_revenue&dimension=category&period=last_90",
    "/metrics?metric=roas&dimension=campaign&period=last_90", "/metrics?metric=n_visits&dimension=channel&period=last_90",
)  # fmt: skip
"""Screens on which the data say what could be taken for markup, a formula or a contact."""
FOUND = """() => ({
  ran: window.planted !== undefined,
  made: document.querySelectorAll('img[src="x"], [onerror]').length,
  computed: document.body.innerText.includes('62615533'),
})"""


POINT = """() => {
  const told = new Set(), bad = new Set()
  const at = (part, x, y, ...names) => names.forEach(name => part.dispatchEvent(
      new MouseEvent(name, {bubbles: true, view: window, clientX: x, clientY: y})))
  const look = tip => {
    if (tip?.innerText) told.add(tip.innerText)
    if (tip?.querySelector('img[src="x"], [onerror], script')) bad.add(tip.innerHTML)
  }
  const middle = part => { const box = part.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }
  for (const figure of document.querySelectorAll('.nicegui-echart')) {
    const box = figure.getBoundingClientRect(), drawn = figure.querySelector('svg')
    const grid = [.08, .2, .35, .5, .65, .8, .93].flatMap(
        across => [.12, .3, .5, .7, .88].map(down => [box.x + across * box.width, box.y + down * box.height]))
    for (const [x, y] of [...grid, ...[...figure.querySelectorAll('path[fill], text')].map(middle)]) {
      at(drawn, x, y, 'mousemove')
      figure.querySelectorAll(':scope > div:not(:has(svg))').forEach(look)
    }
  }
  for (const part of document.querySelectorAll('.ag-cell, .group, .about'))
    at(part, ...middle(part), 'mouseover', 'mouseenter', 'mousemove')
  return {told: [...told], bad: [...bad]}
}"""
"""Points at every mark and place of every chart, and at every cell, and returns what was told under the pointer."""


def a_person(base: str, visit: Visitor) -> str:
    return str(visit(base).open("/people").locator(".list tbody a").first.get_attribute("href"))


def look_over(page: Any, path: str) -> None:
    """Say that a screen fits, has a title and no fault, and that axe-core finds nothing serious.

    Serious are contrast, targets, names, roles.
    """
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{path} is {overflow} pixels too wide"
    hidden = page.evaluate(HIDDEN)
    assert not hidden, f"{path}: {hidden[:3]} lie outside of what holds them"
    assert page.locator("#content h1").count() >= 1, path
    assert page.locator(".notice.stop").count() == 0, (
        f"{path}: {page.locator('.notice.stop').first.inner_text()}"
    )
    unnamed = page.evaluate(
        "[...document.querySelectorAll('#content :is(button, input, select)')].filter("
        "e => e.checkVisibility() && "
        "!e.closest('.ag-root-wrapper') && e.type !== 'hidden' && "
        "!(e.innerText || e.getAttribute('aria-label') || e.closest('label'))).length"
    )
    assert unnamed == 0, f"{path} has controls without a name"
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [
        (broken["id"], node["target"], node["failureSummary"])
        for broken in found
        if broken["impact"] in {"serious", "critical"}
        for node in broken["nodes"]
    ]
    assert not serious, f"{path}: {serious[:3]}"


def point_over(tab: Any, page: Any, path: str) -> tuple[str, list[str]]:
    """Say that nothing on a screen became markup, and return what it shows and what it tells under the pointer."""
    pointed = page.evaluate(POINT)
    assert pointed["bad"] == [], path
    for figure in page.locator(".nicegui-echart").all()[:1]:
        figure.hover()
    for switch in page.get_by_role("button", name="表格").all()[:6]:
        switch.click()
    tab.settled()
    assert page.evaluate(FOUND) == {"ran": False, "made": 0, "computed": False}, path
    shown = page.content() + "".join(pointed["told"])
    assert PHONE not in shown, path
    assert MAIL not in shown, path
    return shown, pointed["told"]


def test_every_screen_is_whole_and_open_to_all_on_a_phone(console: str, visit: Visitor) -> None:
    tab = visit(console, 390)
    tab.speak("en")
    for path in (*SCREENS, a_person(console, visit)):
        look_over(tab.open(path), path)
    assert tab.seen.errors == []
    assert tab.seen.outside == []


def test_every_screen_is_whole_and_markup_and_contacts_in_the_data_stay_text(
    console: str, visit: Visitor
) -> None:
    """One visit for both, as most screens are in both lists."""
    tab, person = visit(console), a_person(console, visit)
    tab.speak("zh")
    masked, told = 0, list[str]()
    for path in dict.fromkeys((*SCREENS, *PLANTED, person)):
        page = tab.open(path)
        if path in {*SCREENS, person}:
            look_over(page, path)
        if path in {*PLANTED, person}:
            shown, under_the_pointer = point_over(tab, page, path)
            told += under_the_pointer
            masked += "139****5678" in shown
    assert masked > 5
    assert sum("<img" in text for text in told) > 5, "markup is told under the pointer, as text"
    assert tab.seen.dialogs == []
    assert tab.seen.errors == []
    assert tab.seen.outside == []
