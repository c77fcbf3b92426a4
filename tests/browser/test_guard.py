"""What is saved of the data is text, and who may ask."""

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

PHONE, MAIL = "13912345678", "li.lei@example.com"


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
