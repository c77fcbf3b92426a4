"""Sources and live events in a browser: a source is set up by its snippet, what it sends is seen, and its key is revoked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.conftest import serving

import quanyu.workspace
from quanyu import ledger
from quanyu.collect.collector import Posted
from quanyu.collect.collector.log import open_log

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]
NOW = 1_794_355_200_000_000
SAID = {
    "type": "track", "event": "Product Viewed", "userId": "17", "messageId": "m-1", "timestamp": "2026-11-11T00:00:00Z",
    "properties": {"note": "<img src=x onerror=planted=1> li@example.com"},
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("live") / "shop"
    quanyu.workspace.create(root).close()
    return root


@pytest.fixture(scope="module")
def base(root: Path) -> Iterator[str]:
    with serving(root) as served:
        yield served


def post(root: Path, *bodies: object) -> None:
    """Put requests into the log as the collector does."""

    async def keep() -> None:
        for place, body in enumerate(bodies):
            await log.keep(Posted("site", "segment", NOW + place, json.dumps(body).encode()))

    ws = quanyu.workspace.open(root)
    log = open_log(ws)
    with ThreadPoolExecutor(1) as apart:  # Playwright has a loop of its own in this thread
        apart.submit(asyncio.run, keep()).result()
    log.close()
    ws.close()


def look_over(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    assert not [(v["id"], v["nodes"][0]["target"]) for v in found if v["impact"] in ("serious", "critical")]
    assert page.locator(".notice.stop").count() == 0


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "zh")])
def test_a_source_is_added_set_up_and_revoked(root, base, visit: Visitor, width, language) -> None:
    add, revoke, sure, setup = {
        "en": ("Add a source", "Revoke shop390", "Revoke it", "Set up: HTML"),
        "zh": ("添加来源", "吊销 shop1280", "确认吊销", "接入：HTML"),
    }[language]
    here = visit(base, width)
    here.speak(language)
    page = here.open("/sources")
    page.fill("input[data-name=source-name]", "not a name!")
    page.get_by_role("button", name=add).click()
    page.locator(".notice.stop").wait_for()
    page.fill("input[data-name=source-name]", f"shop{width}")
    page.get_by_role("button", name=add).click()
    place = page.locator(f'article[data-source="shop{width}"]')
    place.wait_for()
    ws = quanyu.workspace.open(root)
    source = ledger.find_source(ws.ledger, f"shop{width}")
    assert place.locator("[data-name=key]").inner_text() == source.write_key and source.kind == "browser"
    place.get_by_text(setup).click()
    assert f'data-key="{source.write_key}"' in place.locator("pre").inner_text()
    look_over(page)
    place.get_by_role("button", name=revoke).click()
    page.get_by_role("button", name=sure).click()
    page.get_by_role("button", name=revoke).wait_for(state="detached")
    assert ledger.find_source(ws.ledger, f"shop{width}") is None
    ws.close()
    assert here.seen.errors == []


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "zh")])
def test_live_events_are_followed_and_say_why(root, base, visit: Visitor, width, language) -> None:
    again, rejected = {
        "en": ("sent again", "Neither userId nor anonymousId says who it is of."),
        "zh": ("重复发送", "userId 和 anonymousId 都没有说明属于谁。"),
    }[language]
    here = visit(base, width)
    here.speak(language)
    page = here.open("/live")
    page.locator("section.live > *").first.wait_for()
    own = {**SAID, "messageId": f"m-{width}", "event": f"Seen {width}"}
    post(root, own, own, {"batch": [{**own, "userId": None, "event": f"Lost {width}"}]})
    first = page.locator("details", has_text=f"Seen {width}").last
    first.wait_for()
    assert page.locator("details", has_text=f"Seen {width}").locator("summary", has_text=again).count() == 1
    page.locator("summary", has_text=rejected).first.wait_for()
    page.get_by_role("switch").click()
    first.locator("summary").click()
    assert '"user": "17"' in first.locator("pre").first.inner_text()
    assert "li@example.com" not in page.content() and page.evaluate("window.planted") is None
    look_over(page)
    page.fill("input[data-name=words]", f"seen {width}")
    page.wait_for_function("document.querySelectorAll('.messages details').length == 2")
    page = here.open("/live?state=rejected&source=site")
    page.locator("summary", has_text=rejected).first.wait_for()
    assert page.locator("summary", has_text="Seen").count() == 0
    assert here.seen.errors == [] and here.seen.dialogs == []


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (1280, "en")])
def test_what_is_pulled_is_listed_with_what_is_wrong(root, base, visit: Visitor, width, language) -> None:
    ws = quanyu.workspace.open(root)
    drift = {"came": ["gift"], "went": [], "turned": {"paid": ["integer", "text"]}}
    position = {"at": [["time", "2026-11-11T00:21:00"]], "is_whole": True}
    state = ledger.PullState(
        f"till{width}", "postgresql://db/shop", "plain_orders", "", ws.now(), position, drift=drift,
        n_batches=2, n_rows=1234, error="<b>no</b>", pulled_at=ws.now(),
    )  # fmt: skip
    ledger.keep_pull(ws.ledger, state)
    ws.close()
    here = visit(base, width)
    here.speak(language)
    page = here.open("/sources")
    row = page.locator("section.pulls")
    row.get_by_text(f"till{width}").first.wait_for()
    assert row.get_by_text("<b>no</b>").count() or row.locator("b").count() == 0
    look_over(page)
    assert here.seen.errors == []
