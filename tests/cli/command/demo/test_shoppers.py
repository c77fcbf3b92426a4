"""What a journey truly brings within its window is what people are drawn to buy there, in the mean of many seeds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from quanyu.cli.command.demo.readers import Clock
from quanyu.cli.command.demo.shoppers import DAY, Moved, Shoppers
from quanyu.world import Shop, simulate
from quanyu.world.answer import Habits, Sent, answers

START = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
N, SEEDS, WINDOW = 300, 60, 10


def test_the_truth_of_a_window_is_what_is_bought_within_it(tmp_path: Path) -> None:
    """18,000 messages at moments from 0 to 11 days after their person entered, of which a window of 10 days sees some: the sum of
    the true probabilities is at most 4 standard errors from what is bought (it fails by chance once in 16,000 runs)."""
    habits = Habits(lift=0.4)
    bought, true = 0, 0.0
    for seed in range(SEEDS):
        keys, words = (
            [f"cart-v1-1:{n}:p{n}" for n in range(N)],
            [np.array([word] * N, object) for word in ("sms", "A")],
        )
        sent = Sent(np.array(keys, object), np.arange(N), *words, np.zeros(N, np.int64))
        told = answers(seed, habits, sent, np.ones(N))
        shoppers = Shoppers(Clock(START), simulate(Shop(people=N, days=10)), tmp_path, habits)
        entered = {f"p{n}": START for n in range(N)}
        at = [START + float(days) * DAY for days in np.random.default_rng(seed).random(N) * 11]
        for n in np.flatnonzero(told.status == "delivered").tolist():
            days = int(told.order_days[n]) if told.is_caused[n] else 0
            shoppers.moved[keys[n]] = Moved(f"p{n}", n, float(told.lift[n]) / shoppers.arriving, days, at[n])
        brought = shoppers.brought("cart", entered, WINDOW)
        bought += len(shoppers.caused(START, START + WINDOW * DAY))
        true += brought
        assert shoppers.brought("other", entered, WINDOW) == 0
    assert true > 2_000
    assert abs(bought - true) < 4 * true**0.5
