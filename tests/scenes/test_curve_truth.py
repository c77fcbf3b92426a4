"""On small simulated shops the intervals of ad channels hold the planted truth, and next to nothing is called known."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.stats import binom
from tests.scenes.shops import facts

from quanyu.method import Inconclusive
from quanyu.solve.curve import Curve
from quanyu.world import Shop
from quanyu.world.market.paid_media import CHANNELS, saturate

SHOPS = 14


def test_in_small_shops_the_truth_lies_inside_or_the_channel_cannot_tell() -> None:
    """Of 95 % intervals so many miss by chance at most once in 1,000 times; what follows demand is no effect.

    All channels together, and the search ads by themselves: their spend follows demand most, and brings least.
    """
    missed, known, n = dict.fromkeys((one.name for one in CHANNELS), 0), 0, 0
    for seed in range(SHOPS):
        shop = Shop(people=1_500, days=120, seed=500 + seed)
        made = facts(shop)
        sums = {
            (row["kind"], row["name"], row["on"]): (row["n"], row["amount"]) for row in made.rows.to_pylist()
        }
        stats = {
            name: {key: pair[at] for key, pair in sums.items()} for at, name in enumerate(("n", "amount"))
        }
        solved = dataclasses.replace(made.spec, n_draws=150).solve(stats)
        assert not isinstance(solved, Inconclusive)
        for one in CHANNELS:
            kept = solved["channels"][one.name]
            known += kept["status"] == "known"
            if kept["spend"] > 0:
                amount = np.array([kept["spend"]])
                truth = float(
                    one.strength * shop.people * saturate(amount / shop.people, one.half, one.slope)[0]
                )
                curve = Curve.unpacked(kept["draws"])
                _, low, high = curve.span(curve.at(amount)[0])
                missed[one.name] += not low <= truth <= high
                n += 1
    assert sum(missed.values()) <= binom.ppf(0.999, n, 0.05), missed
    assert all(count <= binom.ppf(0.999, SHOPS, 0.05) for count in missed.values()), missed
    assert known <= binom.ppf(0.999, SHOPS, 0.05)
