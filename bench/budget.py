"""Budgets on simulated shops: how often the proposal raises the true profit, and how often idle ads are refused.

`python -m bench.budget [SHOPS]`, on shops of three sizes and for both ways to treat money that does not come back.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.scenes.shops import channels_of, true_gain

from bench.curve import fitted
from quanyu.decide.budget.division import Limits, divide, moves
from quanyu.world import Shop

CONFIDENCE = 0.9


def judge(shops: int, people: int, strength: float) -> None:
    """Print proposals, true gains, and how often the interval of the gain holds the truth."""
    tally = {must: {"proposed": 0, "raised": 0, "inside": 0} for must in (False, True)}
    for seed in range(300, 300 + shops):
        channels = channels_of(fitted(seed, people, strength))
        shop = Shop(people=people, seed=seed, media_strength=strength)
        for must, counts in tally.items():
            found = divide(channels, Limits(sum(one.spend for one in channels), 0.2, must_spend=must))
            if not moves(channels, found) or found.p_gain < CONFIDENCE:
                continue
            gain = true_gain(shop, channels, found)
            counts["proposed"] += 1
            counts["raised"] += gain > 0
            counts["inside"] += found.whole[1] <= gain <= found.whole[2]
    what = "ads do nothing" if strength == 0 else "ads work"
    for must, counts in tally.items():
        way = "all must be spent" if must else "money may be left "
        print(
            f"{people:>7,} people, {what:<14}, {way}: {counts['proposed']:>3} of {shops} proposed, {counts['raised']:>3} raise "
            f"the true profit, {counts['inside']:>3} within the interval"
        )


def main() -> None:
    shops = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for people in (20_000, 60_000, 200_000):
        judge(shops, people, 1.0)
    for people in (20_000, 60_000):
        judge(shops, people, 0.0)


if __name__ == "__main__":
    main()
