"""Budget, value and channels as somebody sees them: nothing clipped, nothing empty, nothing claimed that was refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("width", [1280, 390])]
Visitor = Callable[..., Any]

CLIPPED = """() => [...document.querySelectorAll('.ag-header-cell-text')].filter(
    e => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""
OUTSIDE = """() => [...document.querySelectorAll('.chart svg')].flatMap(svg => {
    const box = svg.getBoundingClientRect()
    return [...svg.querySelectorAll('text')].filter(text => !text.closest('[clip-path]')).filter(text => {
        const at = text.getBoundingClientRect()
        return at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 1 || at.bottom > box.bottom + 1
    }).map(text => text.textContent)
})"""


@pytest.mark.parametrize("path", ["/budget", "/value", "/channels", "/channels?level=campaign"])
def test_a_page_begins_with_its_answer_and_no_head_or_label_is_clipped(
    console: str, visit: Visitor, width: int, path: str
) -> None:
    page = visit(console, width).open(path)
    lead, first = page.locator("p.lead").first, page.locator("article.card").first
    assert len(lead.inner_text()) > 10
    assert lead.bounding_box()["y"] < first.bounding_box()["y"]
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate(OUTSIDE) == []


def test_a_wide_list_keeps_its_first_column_in_sight(console: str, visit: Visitor, width: int) -> None:
    page = visit(console, width).open("/channels")
    grid = page.locator(".grid", has=page.locator(".ag-pinned-left-cols-container")).first
    name = grid.locator(".ag-pinned-left-cols-container [role=gridcell]").first
    place = name.bounding_box()
    grid.locator(".ag-center-cols-viewport").evaluate("e => e.scrollLeft = 400")
    page.wait_for_function(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    assert name.bounding_box() == place
    assert place["width"] < 0.5 * grid.bounding_box()["width"]


def test_a_proposal_of_the_budget_says_what_moves_what_that_brings_and_how_sure_that_is(
    console: str, visit: Visitor, width: int
) -> None:
    page = visit(console, width).open("/budget")
    assert re.search(r"千川（¥\d+ → ¥\d+）.*\d+%", page.locator("p.lead").inner_text())
    for word in ("预期增益", "增益概率", "建议花费"):
        assert page.locator("article.card", has_text=word).count() == 1
    assert page.locator(".answer").get_by_role("button", name="批准", exact=True).count() == 1
    figures = page.locator("section.panel", has=page.locator("h2", has_text="自报与增量"))
    known = figures.locator(".ag-center-cols-container [role=row]", has_text="由测试得知")
    assert known.count() == 1, "what a test has shown stands in the table of what channels cause"


def test_the_model_of_value_is_folded_away_and_its_charts_fill_their_panels(
    console: str, visit: Visitor, width: int
) -> None:
    page = visit(console, width).open("/value")
    folded = page.locator("details.folded")
    assert not folded.locator("table").is_visible()
    folded.locator("summary").click()
    assert folded.locator("table").is_visible()
    for panel in page.locator("section.panel:has(> .chart)").all():
        box, drawn = panel.bounding_box(), panel.locator(".chart svg").bounding_box()
        assert box["y"] + box["height"] - drawn["y"] - drawn["height"] < 40
