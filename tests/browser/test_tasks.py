"""What people come to the console for: each errand done by the menu, at both widths and in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from quanyu.tables.metric.catalogue import metric
from quanyu.text import translate

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]
Say = Callable[..., str]


def goto(tab: Any, name: str) -> Any:
    """Follow the menu."""
    link = tab.page.locator(f"nav.side a[href='{name}']")
    if not link.is_visible():
        tab.page.locator("nav.side .opener").click()
        link = tab.page.locator(f"nav.more a[href='{name}']")
    link.click()
    tab.page.wait_for_url(f"**{name}")
    return tab.settled()


def amount(written: str) -> float:
    """Return an amount that a table shows as a number."""
    return float(re.sub(r"[^\d.-]", "", written.replace("–", "0")))


def find_a_customer(known: str, tab: Any, say: Say, folder: Path) -> None:
    page = goto(tab, "/people")
    page.get_by_role("searchbox").fill(known)
    page.get_by_role("button", name=say("Search"), exact=True).click()
    page.wait_for_url("**found=**")
    link = page.locator(".list tbody a").first
    link.wait_for()
    assert page.locator(".list tbody tr").count() == 1
    link.click()
    page.locator("h1").first.wait_for()


def save_all_people_of_a_group_with_masked_contacts(tab: Any, say: Say, folder: Path) -> None:
    page = goto(tab, "/portraits")
    n = int(page.locator(".group .nums b").first.inner_text().replace(",", ""))
    page.locator(".group a").first.click()
    page.locator(".list tbody a").first.wait_for()
    with page.expect_download() as saved:
        page.get_by_role(
            "button", name=say("Save all {n} rows as {format}", n=f"{n:,}", format="CSV")
        ).click()
    saved.value.save_as(folder / "people.csv")
    _, *lines = (folder / "people.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == n > 0
    assert all(re.search(r"\+86138\*{4}\d{4}", line) for line in lines)
    assert not re.search(r"138\d{8}|buyer\d+@", "".join(lines))


def read_what_an_audience_costs_and_reaches_before_its_approval(tab: Any, say: Say, folder: Path) -> None:
    page = goto(tab, "/audiences")
    proposal = page.locator(".proposal").first
    for label in ("Would be reached", "Kept out as a control", "Left alone", "Cost of contacts"):
        assert re.search(
            r"\d", proposal.locator("article.card", has_text=say(label)).locator(".value").inner_text()
        )
    assert proposal.get_by_text(say("Who is left alone and why")).count()
    assert proposal.get_by_role("button", name=say("Approve"), exact=True).count()


def read_net_revenue_by_channel_and_week(tab: Any, say: Say, folder: Path) -> None:
    page = goto(tab, "/metrics")
    page.get_by_role("link", name=say("By week"), exact=True).click()
    page.wait_for_url("**grain=week**")
    title = say(
        "{metric} by {dimension} and week",
        metric=metric("net_revenue").name_in(tab.page.locator("html").get_attribute("lang")[:2]),
        dimension=say("Channel").lower(),
    )
    panel = page.locator("section.panel", has=page.locator("h2", has_text=title))
    panel.locator(".nicegui-echart").wait_for()
    assert re.search(r"\d", page.locator("p.lead").inner_text())
    panel.get_by_role("button", name=say("Read {title} as a table", title=title)).click()
    panel.locator("table tbody tr").first.wait_for()
    heads = panel.locator("table thead th").all_inner_texts()
    weeks = [row.locator("td").all_inner_texts() for row in panel.locator("table tbody tr").all()]
    assert heads[0] == say("Week from") and heads[-1] == say("Total") and len(heads) > 3
    for _, *channels, total in weeks:
        assert sum(map(amount, channels)) == pytest.approx(amount(total), abs=0.02)
    with page.expect_download() as saved:
        panel.get_by_role("button", name="CSV").click()
    saved.value.save_as(folder / "weeks.csv")
    lines = (folder / "weeks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(",") == heads and len(lines) == len(weeks) + 1 > 4


def read_which_channel_is_worth_more_money_and_how_sure_that_is(tab: Any, say: Say, folder: Path) -> None:
    page = goto(tab, "/channels")
    lead = page.locator(".leading")
    assert lead.is_visible()
    assert lead.bounding_box()["y"] < 900, "it is read without scrolling"
    told = lead.locator("p.lead").inner_text()
    credited = say("That is credit, no proof of effect.")
    known = page.locator(
        "section.panel", has=page.locator("h2", has_text=say("What money spent on ads brings back"))
    )
    # How sure: a probability, or that no effect is known; and that what attribution says is no proof.
    assert re.search(r"\d%", told) or told == say(
        "Which channel is worth more money cannot be told yet: no ad channel's effect is known."
    )
    assert credited in lead.inner_text()
    assert known.locator(".ag-center-cols-container [role=row]").count()
    covered = page.locator(".covered").inner_text()
    assert re.search(r"\d{4}-\d\d-\d\d.*\d{4}-\d\d-\d\d", covered)
    assert "30" in covered
    lead.get_by_role("link", name=say("What would tell")).click()
    page.wait_for_url("**/budget")
    page.locator("p.lead").wait_for()


def build_a_segment_by_choosing_and_see_how_many_it_holds(tab: Any, say: Say, folder: Path) -> None:
    page = goto(tab, "/segments")
    page.get_by_role("link", name=say("New segment"), exact=True).click()
    page.wait_for_url("**/segments/new")
    page = tab.settled()
    times = page.locator("input[data-name=times]")
    times.fill("2")
    page.locator("input[data-name=days]").fill("365")
    page.get_by_role("button", name=say("Add: this must hold as well")).click()
    rule = page.locator("textarea[data-name=rule]")
    page.locator(".condition").wait_for()
    assert rule.input_value() == "bought >= 2 times in last 365 days"
    page.locator(".said p.lead").wait_for()
    n = re.findall(r"[\d,]+", page.locator(".said p.lead").inner_text())
    rule.fill("bought >= 2 times; frequncy > 1")
    page.locator(".said .notice.stop pre", has_text="^").wait_for()
    rule.fill("bought >= 2 times in last 365 days")
    page.locator(".said p.lead").wait_for()
    times.fill("1")
    page.get_by_role("button", name=say("Add: this or the last condition must hold")).click()
    page.locator(".condition .joint").wait_for()
    page.locator(".condition button[title]", has_text="×").last.click()
    page.locator(".condition .joint").wait_for(state="detached")
    assert rule.input_value() == "bought >= 2 times in last 365 days"
    assert re.findall(r"[\d,]+", page.locator(".said p.lead").inner_text()) == n and n[0] != "0"
    name = f"again {say('Save')} <1%?"
    page.locator("input[data-name=name]").fill(name)
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.locator(".notice.stop", has_text="<1%?").wait_for()
    page.locator("input[data-name=name]").fill(name.replace("<", ""))
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.locator("h1", has_text=name.replace("<", "")).wait_for()
    page = goto(tab, "/segments")
    line = page.locator(".segments li", has_text=name.replace("<", ""))
    assert line.locator(".mark").inner_text() == say("new")
    line.locator("a").click()
    page.get_by_role("button", name=say("Drop"), exact=True).click()
    page.locator(".ask").get_by_role("button", name=say("Drop"), exact=True).click()
    page.wait_for_url("**/segments")
    tab.settled()
    assert page.locator(".segments li", has_text=name.replace("<", "")).count() == 0


ERRANDS: dict[str, Callable[[Any, Say, Path], None]] = {
    "find a customer by phone": partial(find_a_customer, "13800000007"),
    "find a customer by order number": partial(find_a_customer, "o000001"),
    **{
        errand.__name__.replace("_", " "): errand
        for errand in (
            save_all_people_of_a_group_with_masked_contacts,
            read_what_an_audience_costs_and_reaches_before_its_approval,
            read_net_revenue_by_channel_and_week,
            read_which_channel_is_worth_more_money_and_how_sure_that_is,
        )
    },
}


@pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (390, "en")])
def test_every_errand_is_done(
    console: str, visit: Visitor, tmp_path: Path, subtests: pytest.Subtests, *, width: int, language: str
) -> None:
    """In one visit that begins on the first page; a text is looked for as the page says it in the language."""
    tab = visit(console, width)
    tab.speak(language)
    tab.open("/")

    def say(text: str, **values: object) -> str:
        return translate(text, language, **values)  # type: ignore[arg-type]

    twice = [build_a_segment_by_choosing_and_see_how_many_it_holds] * ((language == "en") == (width == 1280))
    for errand, do in (ERRANDS | {one.__name__.replace("_", " "): one for one in twice}).items():
        with subtests.test(errand):
            do(tab, say, tmp_path)
