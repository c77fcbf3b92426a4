"""The report in a browser: it fits a phone, and what is folded on the screen stands on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page

from quanyu.plan.report import render
from quanyu.plan.review import review

pytestmark = pytest.mark.browser
N = 30


@pytest.fixture
def summary(make_workspace: Any) -> Any:
    ws = make_workspace(name="示例店铺")
    metrics = {
        "metric": ["gmv", "gmv"], "grain": ["last_7", "day"], "on": [dt.date(2026, 11, 13), dt.date(2026, 11, 19)],
        "dimension": ["all"] * 2, "slice": ["all"] * 2, "numerator": [1.0] * 2, "denominator": [1.0] * 2,
    }  # fmt: skip
    ws.warehouse.replace("metrics", pa.table(metrics), by="measure")
    findings = {
        "table": ["orders"] * N, "column": [f"a_column_of_the_shop_{at}" for at in range(N)], "check": ["completeness"] * N,
        "n_rows": [1_000_000] * N, "n_bad": list(range(N)), "severity": ["warning"] * N,
    }  # fmt: skip
    ws.warehouse.replace("findings", pa.table(findings), by="collect")
    return review(ws)


def opened(chromium: Browser, text: str, width: int) -> Page:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.set_content(text)
    return page


def test_the_page_is_as_wide_as_the_screen(chromium: Browser, summary: Any) -> None:
    for language in ("zh", "en"):
        page = opened(chromium, render(summary, language), 390)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.evaluate(
                "[...document.querySelectorAll('th, td')].every(cell => getComputedStyle(cell).display != 'none')"
            )
        page.close()


def test_the_rest_of_a_list_unfolds_and_stands_on_paper(chromium: Browser, summary: Any) -> None:
    page = opened(chromium, render(summary, "en"), 1280)
    last = page.get_by_text("a_column_of_the_shop_0", exact=False).last
    assert not last.is_visible()
    page.emulate_media(media="print")
    assert last.evaluate("cell => cell.checkVisibility() && cell.getBoundingClientRect().height > 5")
    page.emulate_media(media="screen")
    page.get_by_text(f"and {N - 10} more").click()
    assert last.is_visible()
    page.close()
