"""Every reason to doubt a channel, and every verdict, in a planted shop that earns it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.measure.curve.adshop import AS_OF, AdShop, adshop, daily_rows

from quanyu.measure.curve import finding, return_curve
from quanyu.measure.curve.return_curve import NO_DATA, NO_MARGIN, TOO_SHORT, ReturnCurve
from quanyu.method import Inconclusive
from quanyu.tables.owned.curve import DOUBTS

SPEC = ReturnCurve(
    AS_OF,
    lands=(("meta_ads", (("own", 1.0),)), ("wanxiangtai", (("taobao", 1.0),))),
    order_margin=(("own", 40.0), ("taobao", 40.0)),
    n_draws=200,
)


def solved(rows: pa.Table, spec: ReturnCurve = SPEC) -> Any:
    """Return what the method says of daily rows, or the channels' findings."""
    n, amount = dict[Any, Decimal](), dict[Any, Decimal]()
    for row in rows.to_pylist():
        key = (row["kind"], row["name"], row["on"])
        n[key], amount[key] = row["n"], row["amount"]
    found = spec.solve({"n": n, "amount": amount})
    return found if isinstance(found, Inconclusive) else found["channels"]


def order_margin(amount: float) -> ReturnCurve:
    """Return the specification with another worth of an order."""
    return dataclasses.replace(SPEC, order_margin=(("own", amount), ("taobao", amount)))


def following(seed: int, days: int = 200) -> AdShop:
    """A shop whose ads do nothing, and spend more after days on which their own sales channel sold more."""
    rng, own = np.random.default_rng(seed), np.zeros(days + 1)
    for at in range(days):
        own[at + 1] = 0.7 * own[at] + 0.25 * rng.normal()
    orders = rng.poisson(np.array([40 * np.exp(own[1:]), np.full(days, 60.0)])).astype(float)
    spend = 60 * np.exp(np.array([own[:-1] + 0.2 * rng.normal(size=days), 0.6 * rng.normal(size=days)]))
    return AdShop(orders, np.round(spend, 2))


def test_spend_that_follows_yesterday_is_not_believed_whatever_it_seems_to_bring() -> None:
    found = solved(daily_rows(following(7)))["meta_ads"]
    assert found["p_value"] < 0.001
    assert (found["status"], found["reason"], found["verdict"]) == (
        "cannot_tell",
        "follows_demand",
        "cannot_tell",
    )
    assert abs(found["lead"]) > 2.8


def test_an_effect_that_is_clear_but_could_be_following_unseen_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same clear effect is believed where a following would have shown, and doubted where it would not."""
    rows = daily_rows(adshop(140, 40.0))
    assert solved(rows)["meta_ads"]["status"] == "known"
    monkeypatch.setattr(finding, "GUARD", 30.0)
    found = solved(rows)["meta_ads"]
    assert found["p_value"] < 0.001
    assert (found["status"], found["reason"]) == ("cannot_tell", "may_follow_demand")
    assert found["verdict"] == "cannot_tell"


def test_the_verdict_follows_the_worth_of_an_order() -> None:
    """The same curve pays, works, or earns less than it costs; a channel without effect has none, or cannot be told."""
    rows = daily_rows(adshop(200, 40.0))
    dear, cheap = solved(rows, order_margin(40.0)), solved(rows, order_margin(0.5))
    assert (dear["meta_ads"]["verdict"], dear["meta_ads"]["reason"]) == ("pays", "")
    assert cheap["meta_ads"]["verdict"] == "earns_less"
    assert dear["wanxiangtai"]["verdict"] == "cannot_tell"
    assert (cheap["wanxiangtai"]["verdict"], cheap["wanxiangtai"]["reason"]) == ("no_effect_seen",) * 2


def test_too_few_days_with_spend() -> None:
    shop = adshop()
    few = shop.spend * (np.arange(140) % 14 == 0) * np.array([[1.0], [0.0]]) + shop.spend * np.array(
        [[0.0], [1.0]]
    )
    assert solved(daily_rows(AdShop(shop.orders, few)))["meta_ads"]["reason"] == "too_little_spend"


def test_a_channel_that_lands_nobody_knows_where() -> None:
    spec = dataclasses.replace(SPEC, lands=(("meta_ads", (("own", 1.0),)), ("wanxiangtai", ())))
    assert solved(daily_rows(adshop(95)), spec)["wanxiangtai"]["reason"] == "lands_unknown"


def test_spend_that_hardly_changes() -> None:
    shop = adshop(120)
    steady = AdShop(shop.orders, np.vstack([60 + 2 * (np.arange(120) % 2), shop.spend[1]]))
    assert solved(daily_rows(steady))["meta_ads"]["reason"] == "too_steady"


def test_an_effect_that_chance_explains_is_too_noisy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(return_curve.profile, "p_values", lambda *_: np.array([0.2, 0.6]))
    found = solved(daily_rows(adshop(140, 40.0)))["meta_ads"]
    assert (found["status"], found["reason"], found["verdict"]) == (
        "cannot_tell",
        "too_noisy",
        "cannot_tell",
    )


@pytest.mark.parametrize(("other", "status"), [(0.6, "cannot_tell"), (0.001, "known")])
def test_what_one_channel_would_show_does_not_suffice_among_many(
    monkeypatch: pytest.MonkeyPatch, other: float, status: str
) -> None:
    """The clearest of two must be twice as clear, the next one only once the first has passed (Holm 1979)."""
    monkeypatch.setattr(return_curve.profile, "p_values", lambda *_: np.array([0.04, other]))
    assert solved(daily_rows(adshop(140, 40.0)))["meta_ads"]["status"] == status


def test_a_clear_effect_whose_interval_holds_nothing_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(return_curve.profile, "p_values", lambda *_: np.array([0.001, 0.001]))
    monkeypatch.setattr(finding, "GUARD", 0.0)
    found = solved(daily_rows(adshop(140, 40.0)))
    assert (found["meta_ads"]["status"], found["wanxiangtai"]["status"]) == ("known", "cannot_tell")


def test_where_nothing_can_be_fitted_the_reason_is_named() -> None:
    rows = daily_rows(adshop(95))
    orders_only = rows.filter([kind == "sales" for kind in rows["kind"].to_pylist()])
    assert solved(orders_only) == Inconclusive(NO_DATA)
    assert solved(daily_rows(adshop(85))) == Inconclusive(TOO_SHORT)
    assert solved(rows, dataclasses.replace(SPEC, order_margin=())) == Inconclusive(NO_MARGIN)


def test_the_raw_estimate_stands_beside_the_shrunken_one() -> None:
    """Over shops whose ads bring nothing, the likeliest curve claims more than the shrunken one does."""
    pairs = []
    for seed in range(8):
        for one in solved(daily_rows(adshop(120, 0.0, seed=seed))).values():
            shrunken = one["curve"]["ceiling"] / (
                1 + (one["curve"]["half"] / one["spend"]) ** one["curve"]["slope"]
            )
            pairs.append((one["raw"], shrunken))
            assert one["reason"] in DOUBTS
    raw, shrunken = np.array(pairs).T
    assert shrunken[raw > np.median(raw)].mean() < 0.8 * raw[raw > np.median(raw)].mean()
