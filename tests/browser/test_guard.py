"""What stands in the data is text: on every screen, under the pointer, and in what is saved; and who may ask."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]

PATHS = (
    "/", "/data", "/data?part=quality", "/data?part=rejects", "/data?part=tables", "/people", "/portraits",
    "/portraits?size=money&trait=spend_amount", "/portraits?trait=favourite_category", "/value", "/budget", "/channels",
    "/channels?level=campaign", "/channels?level=campaign&model=last", "/channels?model=claimed", "/audiences",
    "/metrics?metric=net_revenue&dimension=region&period=last_90", "/metrics?metric=net_revenue&dimension=category&period=last_90",
    "/metrics?metric=roas&dimension=campaign&period=last_90", "/metrics?metric=n_visits&dimension=channel&period=last_90",
)  # fmt: skip
PHONE, MAIL = "13912345678", "li.lei@example.com"
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
    page = visit(base).open("/people")
    return str(page.locator(".list tbody a").first.get_attribute("href"))


def test_markup_and_contacts_in_the_data_stay_text(console: str, visit: Visitor) -> None:
    tab = visit(console)
    masked, told = 0, list[str]()
    for path in (*PATHS, a_person(console, visit)):
        page = tab.open(path)
        pointed = page.evaluate(POINT)
        assert pointed["bad"] == [], path
        told += pointed["told"]
        for figure in page.locator(".nicegui-echart").all()[:1]:
            figure.hover()
        for switch in page.get_by_role("button", name="表格").all()[:6]:
            switch.click()
        tab.settled()
        assert page.evaluate(FOUND) == {"ran": False, "made": 0, "computed": False}, path
        shown = page.content() + "".join(pointed["told"])
        assert PHONE not in shown, path
        assert MAIL not in shown, path
        masked += "139****5678" in shown
    assert masked > 5
    assert sum("<img" in text for text in told) > 5, "markup is told under the pointer, as text"
    assert tab.seen.dialogs == []
    assert tab.seen.errors == []


def test_what_is_saved_is_masked_and_no_formula(console: str, visit: Visitor, tmp_path: Path) -> None:
    page = visit(console).open("/channels?level=campaign")
    panel = page.locator("section.panel", has=page.locator("h2", has_text="花费与回报"))
    for suffix, button in (("csv", "CSV"), ("xlsx", "Excel")):
        with page.expect_download() as saved:
            panel.get_by_role("button", name=button).first.click()
        file = tmp_path / f"saved.{suffix}"
        saved.value.save_as(file)
        if suffix == "csv":
            text = file.read_text(encoding="utf-8-sig")
        else:
            cells = [cell for row in openpyxl.load_workbook(file).active.iter_rows() for cell in row]
            assert all(cell.data_type != "f" for cell in cells)
            text = "\n".join(str(cell.value) for cell in cells)
        assert "139****5678" in text
        assert PHONE not in text
        assert MAIL not in text


def test_answers_forbid_scripts_in_attributes_and_frames(console: str) -> None:
    with urllib.request.urlopen(console) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
    assert "script-src-attr 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self'" in policy


def test_a_page_of_another_site_gets_no_answer_and_no_socket(console: str) -> None:
    base = console.removeprefix("http://")
    for origin, status in (
        (console, 200),
        ("http://evil.example", 403),
        ("http://127.0.0.1:1", 403),
        ("null", 403),
    ):
        request = urllib.request.Request(console + "/people", headers={"Origin": origin})
        try:
            with urllib.request.urlopen(request) as answer:
                assert answer.status == status
        except urllib.error.HTTPError as error:
            assert error.code == status
        assert _upgrade(base, origin).startswith(b"HTTP/1.1 101" if status == 200 else b"HTTP/1.1 403"), (
            origin
        )


def _upgrade(base: str, origin: str) -> bytes:
    """Ask for a web socket as a browser on a page of `origin` does, and return the first line."""
    host, _, port = base.partition(":")
    lines = (
        "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: {base}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Origin: {origin}", "", "",
    )  # fmt: skip
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall("\r\n".join(lines).encode())
        return wire.recv(64)
