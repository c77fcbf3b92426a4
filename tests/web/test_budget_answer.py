from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from quanyu.decide.budget.budget_read import BudgetView, LineView, ScenarioView
from quanyu.ledger import Decision
from quanyu.settings import Settings
from quanyu.tables.owned.decided import REFUSALS
from quanyu.web.pages.budget.budget_answer import figures, proposed, refused
from quanyu.web.view import View

DAY = dt.date(2026, 7, 1)
LINE = LineView("baidu", "known", "", 100.0, 120.0, 0.2, 80.0, 120.0, 1.4, 1.3, 70.0, 10.0, 130.0, "curve")
CHOSEN = ScenarioView(
    "keep", "proposed", "", 300.0, 300.0, 290.0, 10.0, 777.0, -55.0, 999.0, 0.93,
    (LINE, replace(LINE, channel="qianchuan", current=200.0, proposed=170.0),
     replace(LINE, channel="meta_ads", current=50.0, proposed=50.0, status="cannot_tell")),
)  # fmt: skip
PLAN = BudgetView("20260701-abc", DAY, (CHOSEN,), (), None, (), (), "growth", 0.9, 0.2)


def look(language: str = "en") -> View:
    ws: Any = SimpleNamespace(settings=Settings())
    return View(ws, None, language, "/budget", {})  # type: ignore[arg-type]


def test_a_proposal_says_what_to_do_what_it_brings_and_how_sure_that_is() -> None:
    told, *hints = proposed(look(), CHOSEN)
    assert told == (
        "Spend more a day on Baidu (¥100 → ¥120); less on Qianchuan (¥200 → ¥170). "
        "Expected: ¥777.00 more profit a week, and it is 93% sure that it is a gain."
    )
    assert "between -¥55.00 and ¥999.00" in hints[0]
    assert "other 1 channels keep" in hints[1]
    assert proposed(look("zh"), CHOSEN)[0].startswith(
        "每天多投：百度推广（¥100 → ¥120）；少投：千川（¥200 → ¥170）。"
    )


@pytest.mark.parametrize(("status", "word"), [("done", "Approved by li"), ("declined", "Declined by li")])
def test_a_decided_proposal_says_who_decided_and_when(status: Any, word: str) -> None:
    at = dt.datetime(2026, 7, 1, 4, 30, tzinfo=dt.UTC)
    decision = Decision("budget-1", "budget", status, DAY, at, {}, {}, at, "li", "", None, {}, None, {})
    assert proposed(look(), CHOSEN, decision)[0].startswith(f"{word} on 2026-07-01 12:30")


@pytest.mark.parametrize("reason", sorted(REFUSALS))
def test_without_a_proposal_no_figure_of_the_division_that_was_refused_is_shown(reason: str) -> None:
    kept = replace(CHOSEN, status="refused", reason=reason)
    said = " ".join(
        [
            *refused(look(), PLAN, kept),
            *(f"{value} {about}" for _, value, about in figures(look(), PLAN, kept)),
        ]
    )
    assert not [amount for amount in ("777", "55.00", "999", "290") if amount in said]
    assert "¥300.00" in said
    assert "2 of 3" in said
    assert "90%" in said
    assert refused(look(), PLAN, kept)[1], "it says what a proposal would need"
