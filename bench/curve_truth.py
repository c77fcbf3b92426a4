"""Whether the intervals of return curves hold the planted truth, for every ad channel by itself.

`python -m bench.curve_truth [SHOPS [FIRST_SEED]]`: simulated shops of four sizes, and shops whose ads do nothing.
Per channel: how many of the 95 % intervals of what it brings hold the truth, and how many lie above or below it; how many are
called known, how many of these hold the truth, and what they say over what is true (1 is no winner's curse), raw beside it. Last, how
many of the verdicts that claim something are true.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.scenes.shops import facts

from quanyu.method import Inconclusive
from quanyu.solve.curve import Curve
from quanyu.world import Shop
from quanyu.world.market.paid_media import CHANNELS, saturate

SIZES = ((1_500, 120), (1_500, 400), (5_000, 120), (5_000, 400), (20_000, 400), (60_000, 400))
Row = tuple[bool, bool, bool, float, float, float, bool, bool]
CLAIMS = {
    "pays": lambda brought, spend: brought > spend,
    "works": lambda brought, _: brought > 0,
    "earns_less": lambda brought, spend: 0 < brought < spend,
    "no_effect_seen": lambda brought, spend: brought < spend,
}
"""When a verdict is true, by the margin that the spend truly brings."""


def judged(shop: Shop) -> dict[str, Row]:
    """Return by channel: interval above the truth, below it, called known, estimate, truth, raw, claims something, rightly."""
    made = facts(shop)
    n, amount = {}, {}
    for row in made.rows.to_pylist():
        key = (row["kind"], row["name"], row["on"])
        n[key], amount[key] = row["n"], row["amount"]
    solved = made.spec.solve({"n": n, "amount": amount})
    assert not isinstance(solved, Inconclusive)
    rows = {}
    for one in CHANNELS:
        kept = solved["channels"][one.name]
        if kept["spend"] > 0 and kept["draws"]:
            spend = np.array([kept["spend"]])
            scale = one.strength * shop.media_strength * shop.people
            truth = scale * float(saturate(spend / shop.people, one.half, one.slope)[0])
            curve = Curve.unpacked(kept["draws"])
            mean, low, high = curve.span(curve.at(spend)[0])
            claim = CLAIMS.get(kept["verdict"])
            is_right = claim is not None and bool(claim(truth * kept["order_margin"], kept["spend"]))
            known = kept["status"] == "known"
            rows[one.name] = (
                low > truth,
                high < truth,
                known,
                mean,
                truth,
                kept["raw"],
                claim is not None,
                is_right,
            )
    return rows


def report(shops: int, first: int, people: int, days: int, strength: float) -> None:
    """Print a line per channel."""
    print(
        f"{shops} shops of {people:,} people and {days} days" + ("" if strength else " whose ads do nothing")
    )
    found = [
        judged(Shop(people=people, days=days, seed=seed, media_strength=strength))
        for seed in range(first, first + shops)
    ]
    for one in CHANNELS:
        rows = np.array([shop[one.name] for shop in found if one.name in shop], dtype=float)
        above, below, known, mean, truth, raw, *_ = rows.T
        told = known > 0
        right = f"{1 - (above + below)[told].mean():.0%} inside" if told.any() else ""
        if told.any() and strength:
            ratio, raw_ratio = (values[told].sum() / truth[told].sum() for values in (mean, raw))
            right += f", {ratio:.2f} of the truth (raw {raw_ratio:.2f})"
        print(
            f"  {one.name:13s} {1 - (above + below).mean():6.1%} inside, {above.mean():5.1%} above, {below.mean():5.1%} below; "
            f"known {told.sum():3d} of {len(rows)} {right}"
        )
    claims = np.array([row[-2:] for shop in found for row in shop.values()]).sum(axis=0)
    print(f"  verdicts that claim something: {claims[1]} of {claims[0]} true")


def main() -> None:
    given = [int(word) for word in sys.argv[1:3]]
    shops, first = (given + [100, 1_000][len(given) :])[:2]
    for people, days in SIZES:
        report(shops, first, people, days, 1.0)
    report(shops, first, 20_000, 400, 0.0)


if __name__ == "__main__":
    main()
