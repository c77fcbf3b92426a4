from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from quanyu.decide.budget.budget_read import AdReturn, AdReturns
from quanyu.measure.attribution import Channels
from quanyu.settings import Settings
from quanyu.tables.view.credit import Credit, CreditBook
from quanyu.web.pages.channels.channel_worth import Worth, answer
from quanyu.web.view import View

DAY = dt.date(2026, 7, 1)
GOOD = AdReturn("qianchuan", 200.0, True, "test", "", 1.43, 0.87, 2.11, 0.91)
POOR = AdReturn("baidu", 400.0, True, "curve", "", 0.52, 0.13, 0.94, 0.001)
OPEN = AdReturn("meta_ads", 300.0, False, "", "too_noisy", 3.33, 0.0, 9.99, 0.6)


def look(language: str = "en") -> View:
    ws: Any = SimpleNamespace(settings=Settings())
    return View(ws, None, language, "/channels", {})  # type: ignore[arg-type]


def credit(model: str, key: str, margin: float, cost: float | None) -> Credit:
    return Credit(model, key, 5.0, 4.0, 6.0, 1.0, 2 * margin, margin, cost, 9, 0.0)


def credited() -> Channels:
    rows = (
        credit("markov", "sms", 900.0, 100.0), credit("markov", "baidu", 5000.0, 6000.0), credit("markov", "social", 9999.0, None),
        credit("last", "sms", 500.0, 100.0), credit("last", "baidu", 7000.0, 6000.0),
    )  # fmt: skip
    book = CreditBook(
        "channel", "30d", ("30d",), ("markov", "last"), {(row.model, row.key): row for row in rows}, DAY, DAY
    )
    return Channels(book, {}, 0, 0)


def campaign(value: float, low: float, high: float) -> Any:
    return SimpleNamespace(profit=SimpleNamespace(value=value, low=low, high=high))


def said(*channels: AdReturn, p_first: float | None, campaigns: Any = (), language: str = "en") -> list[str]:
    known = Worth(credited(), AdReturns(channels, p_first), campaigns)
    return [str(line) for line in answer(look(language), known, "markov")]


@pytest.mark.parametrize(
    ("p_first", "words"),
    [(0.97, "Qianchuan is worth more than Baidu: each ¥1 brings back 1.43 of margin against 0.52, 97% sure"),
     (0.61, "Qianchuan looks worth more than Baidu, but that is only 61% sure")],
)  # fmt: skip
def test_the_page_begins_with_the_channel_that_is_worth_more_and_how_sure_that_is(
    p_first: float, words: str
) -> None:
    told, rests_on, *_ = said(GOOD, POOR, OPEN, p_first=p_first)
    assert words in told
    assert "91% sure that it earns more than it costs" in told
    assert "Qianchuan 1.43 (0.87 to 2.11, known from a test)" in rests_on
    assert "Baidu 0.52 (0.13 to 0.94, known from its return curve)" in rests_on
    assert "更值得投" in said(GOOD, POOR, p_first=p_first, language="zh")[0]


def test_a_channel_whose_effect_cannot_be_told_is_never_put_first() -> None:
    told, *hints = said(OPEN, p_first=None)
    assert "cannot be told yet" in told
    assert "3.33" not in "".join([told, *hints])
    assert "Cannot be told yet: Meta Ads." in hints[-1]
    assert 'href="/budget"' in hints[-1]


def test_one_known_channel_is_compared_with_its_cost_alone() -> None:
    assert said(POOR, p_first=None)[0] == (
        "Only of Baidu is the effect known: each ¥1 brings back 0.52 of margin; it is <1% sure that it earns more than it costs."
    )


def test_attribution_names_its_leader_after_cost_and_how_many_models_agree_and_is_called_no_proof() -> None:
    line = next(line for line in said(GOOD, POOR, p_first=0.6) if line.startswith("By attribution"))
    assert "leads with ¥800.00 of margin after its cost, as 1 of 2 models say. " in line
    assert "no proof" in line


def test_messages_are_told_by_what_they_brought_beyond_their_controls() -> None:
    campaigns = (campaign(100.0, 70.0, 130.0), campaign(50.0, 10.0, 90.0))
    line = next(line for line in said(GOOD, p_first=None, campaigns=campaigns) if line.startswith("Messages"))
    assert "2 campaigns brought ¥150.00 of margin" in line
    assert "(¥100.00 to ¥200.00)" in line
