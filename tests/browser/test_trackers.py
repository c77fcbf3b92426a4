"""Trackers in a real browser, on a page of another site than the collector: official clients, and the own script."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.collector.npm import installed_clients
from tests.api.collector.serving import Live, live

pytestmark = pytest.mark.browser

HEAD = "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href='data:,'><title>Tea shop</title>"
BODY = (
    "<body><a id=more href='#more'>More</a> <button aria-label='Put in the basket'>+</button>"
    "<input type=password value=secret></body>"
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("trackers") / "shop") as served:
        yield served


class Site:
    """A shop's site: pages by their path, and the scripts of a folder."""

    def __init__(self, folder: Path) -> None:
        self.pages: dict[str, str] = {}
        self.url = ""
        self.folder = folder


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site on another port than the collector, which is another origin."""
    shop = Site(installed_clients() / "node_modules")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            script = (shop.folder / path.removeprefix("/scripts/")).resolve()
            is_script = (
                path.startswith("/scripts/") and script.is_file() and shop.folder.resolve() in script.parents
            )
            body = script.read_bytes() if is_script else shop.pages.get(path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit_site(chromium, site: Site) -> Iterator[Callable[..., Any]]:
    """Return what opens a page with some scripts in it, in a browser that never was there."""
    contexts = []

    def go(scripts: str, query: str = "", before: str = "") -> Any:
        site.pages["/"] = f"{HEAD}{scripts}{BODY}"
        context = chromium.new_context()
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console", lambda message: page.faults.append(message.text) if message.type == "error" else None
        )
        page.goto(site.url + "/" + query)
        return page

    yield go
    for context in contexts:
        context.close()


def own(here: Live, key: str, more: str = "") -> str:
    return f'<script async src="{here.url}/quanyu.js" data-key="{key}" {more}></script>'


def test_segment_in_the_browser(here: Live, visit_site) -> None:
    key = here.source("next", "segment")
    page = visit_site(
        '<script src="/scripts/@segment/analytics-next/dist/umd/index.js"></script>',
        "?utm_source=weibo&utm_campaign=1111",
    )
    page.evaluate(
        """async ([key, url]) => {
            const analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: url })
            await analytics.page()
            await analytics.identify('17', { email: 'li@example.com' })
            await analytics.track('Product Added', { sku: 'sku-1' })
        }""",
        [key, here.url],
    )
    found = {message.kind: message for message in here.log.wait("next", 3)}
    assert page.faults == [] and len(here.log.read("next")) == 3
    view, identify, track = found["page"], found["identify"], found["track"]
    assert (view.name, view.properties["title"]) == ("page_view", "Tea shop") and list(view.ids) == ["cookie"]
    assert view.context["campaign"] == {"source": "weibo", "name": "1111"}
    assert identify.also == {"cookie": view.ids["cookie"], "email": "li@example.com"}
    assert (track.name, track.ids["user"], track.properties) == ("add_to_cart", "17", {"sku": "sku-1"})


def test_sensors_in_the_browser(here: Live, visit_site) -> None:
    key = here.source("sa", "sensors")
    page = visit_site(
        '<script src="/scripts/sa-sdk-javascript/sensorsdata.min.js"></script>', "?utm_source=weibo"
    )
    for sending in ("image", "ajax", "beacon"):
        page.evaluate(
            """([url, sending]) => {
                const sensors = window.sensorsDataAnalytic201505
                if (!window.begun) sensors.init({ server_url: url, send_type: sending, show_log: false })
                window.begun = 1
                sensors.para.send_type = sending
                sensors.track('View_' + sending, { sku: 'sku-1' })
            }""",
            [f"{here.url}/sa?token={key}", sending],
        )
    here.log.wait("sa", 3)
    page.evaluate(
        "() => { sensorsDataAnalytic201505.login('u-17'); sensorsDataAnalytic201505.track('PayOrder', { amount: 9.5 }) }"
    )
    found = here.log.wait("sa", 5)
    assert page.faults == []
    views = [message for message in found if message.name.startswith("View_")]
    assert sorted(message.name for message in views) == ["View_ajax", "View_beacon", "View_image"]
    (anonymous,) = {message.ids["cookie"] for message in views}
    assert all(message.properties["sku"] == "sku-1" and "user" not in message.ids for message in views)
    signup = next(message for message in found if message.kind == "alias")
    assert (signup.ids, signup.also) == ({"user": "u-17"}, {"cookie": anonymous})
    paid = next(message for message in found if message.name == "PayOrder")
    assert paid.ids == {"user": "u-17", "cookie": anonymous}


def test_own_script_sees_views_clicks_time_and_campaigns(here: Live, visit_site) -> None:
    key = here.source("own", "browser")
    early = "<script>quanyu = { q: [['track', 'early', { n: 1 }]] }</script>"
    page = visit_site(early + own(here, key), "?utm_source=weibo&utm_campaign=1111")
    here.log.wait("own", 2)
    page.click("button")
    page.click("#more")
    page.wait_for_timeout(1100)  # time counts from a second
    page.evaluate("history.pushState({}, '', '/second')")
    page.evaluate("quanyu.identify('17', { email: 'li@example.com' })")
    found = here.log.wait("own", 7)
    assert page.faults == []
    assert [message.name for message in found if message.kind == "page"] == ["page_view"] * 2
    first, *_ = found
    assert (
        first.context["campaign"] == {"source": "weibo", "name": "1111"}
        and first.context["page"]["title"] == "Tea shop"
    )
    clicks = [message.properties["text"] for message in found if message.name == "click"]
    assert clicks == ["Put in the basket", "More"]
    (leave,) = [message for message in found if message.name == "page_leave"]
    assert leave.properties["path"] == "/" and 1 <= leave.properties["seconds"] < 60
    identify = found[-1]
    assert identify.ids["user"] == "17" and identify.also == {
        "cookie": identify.ids["cookie"],
        "email": "li@example.com",
    }
    assert (
        len({message.session_id for message in found})
        == 1
        == len({message.ids["cookie"] for message in found})
    )
    assert "secret" not in str(found), "what stands in a field is nobody's business"


def test_own_script_keeps_what_cannot_be_sent_and_sends_it_once(here: Live, visit_site, site) -> None:
    key = here.source("kept", "browser")
    here.log.n_full = 1
    page = visit_site(own(here, key))
    here.log.wait("kept", 1)
    page.context.set_offline(True)
    page.evaluate("quanyu.track('offline', { n: 1 })")
    page.wait_for_function("JSON.parse(localStorage.quanyu_queue).length == 1")
    page.context.set_offline(False)
    page.goto(site.url + "/?again")
    found = here.log.wait("kept", 3)
    # The way out of a page may carry again what is on its way already: it is one message, by its id.
    assert len({message.message_id for message in found if message.name == "offline"}) == 1
    page.wait_for_function("JSON.parse(localStorage.quanyu_queue).length == 0")


REFUSALS = (
    "Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })",
    "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })",
)


@pytest.mark.parametrize("before", REFUSALS)
def test_own_script_honours_a_no(here: Live, visit_site, before) -> None:
    name = f"no-{REFUSALS.index(before)}"
    page = visit_site(own(here, here.source(name, "browser")), before=before)
    page.wait_for_function("!!(window.quanyu && quanyu.flush)")
    page.evaluate("() => { quanyu.consent(true); quanyu.track('x'); quanyu.identify('17'); quanyu.flush() }")
    page.click("button")
    assert here.log.read(name) == []
    assert page.evaluate("Object.keys(localStorage).filter(name => name != 'quanyu_consent')") == []


def test_own_script_waits_for_consent_and_forgets_when_it_is_withdrawn(here: Live, visit_site) -> None:
    page = visit_site(own(here, here.source("asked", "browser"), "data-consent=required"))
    page.wait_for_function("!!(window.quanyu && quanyu.flush)")
    page.evaluate("quanyu.track('before')")
    assert page.evaluate("Object.keys(localStorage)") == []
    page.evaluate("quanyu.consent(true)")
    (view,) = here.log.wait("asked", 1)
    assert view.name == "page_view"
    page.evaluate("quanyu.consent(false)")
    page.evaluate("quanyu.track('after')")
    assert page.evaluate("Object.keys(localStorage)") == ["quanyu_consent"]
    assert [message.name for message in here.log.read("asked")] == ["page_view"]


def test_own_script_sends_what_is_left_when_the_page_closes(here: Live, visit_site) -> None:
    page = visit_site(own(here, here.source("closing", "browser")))
    here.log.wait("closing", 1)
    page.evaluate("quanyu.track('last', { n: 1 })")
    page.goto("about:blank")
    assert {message.name for message in here.log.wait("closing", 2)} >= {"page_view", "last"}


def test_the_script_is_small(here: Live) -> None:
    answer = here.http.get("/quanyu.js")
    assert len(answer.content) < 6000 and "//" not in answer.text.replace("://", "")
    assert json.dumps(answer.text).isascii()
