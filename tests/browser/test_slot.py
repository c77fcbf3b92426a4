"""A slot of a page in a real browser: the shop's script asks, shows what is due, and the link leads back."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.act.slot.site import Site, browser
from tests.api.collector.serving import live
from tests.api.public.serving import served

from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

pytestmark = pytest.mark.browser
PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href='data:,'><title>Tea shop</title>"
    "<script async src='{script}/quanyu.js' data-key='{key}' data-slots='{slots}' data-consent={consent}></script>"
    "<body><main><h1>Tea</h1><div id=banner></div></main></body></html>"
)


@contextmanager
def page_at(html: str) -> Iterator[str]:
    """Serve a page of the shop from a port of its own, which is another origin than the collector's."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(make_workspace: Callable[..., Workspace]) -> Iterator[Site]:
    site = Site(make_workspace())
    yield site
    site.ws.close()


@pytest.mark.parametrize("consent", ["given", "required"])
def test_the_script_fills_a_slot_once_somebody_may_be_followed(
    site: Site, chromium: Browser, tmp_path: Path, consent: str
) -> None:
    campaign = site.launch()
    number = site.status(campaign, "pending")[0]
    key = perform(site.ws, ADD_SOURCE, {"name": "site", "kind": "browser"}, Caller("li")).write_key
    context = chromium.new_context()
    held = json.dumps(json.dumps(browser(number)))
    context.add_init_script(f"localStorage.setItem('quanyu_id', {held})")
    with ExitStack() as stack:
        enter = stack.enter_context
        script, slots = enter(live(tmp_path / "collector")), enter(served(site.ws))
        shop = enter(page_at(PAGE.format(script=script.url, key=key, slots=slots, consent=consent)))
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(shop)
        page.wait_for_function("!!(window.quanyu && quanyu.slot)")
        shown = page.evaluate("Promise.resolve(quanyu.slot('home', '#banner'))")
        link = page.locator("#banner a")
        if consent == "required":
            assert not shown
            expect(link).to_have_count(0)
            assert not site.told(campaign)["delivered", ""]
        else:
            expect(link).to_have_text(f"王{number}, come in")
            assert "/c/" in str(link.get_attribute("href"))
            assert page.evaluate("quanyu.slot('elsewhere', '#banner')") is None
            assert site.told(campaign)["delivered", ""] == 1
        assert not faults
    context.close()
