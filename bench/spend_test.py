"""Tests of spend on simulated shops: how many tell, whether the budget then raises the true profit, and their intervals.

`python -m bench.spend_test [SHOPS]`. Orders of a day are drawn from the shop's calendar (weekdays, festivals) and from the planted
response to its ads; nothing is known of any channel beforehand.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from quanyu.decide.budget.division import AdChannel, Limits, divide, moves
from quanyu.decide.spend_test.spend_test import NOISE_DAYS, Plan, best
from quanyu.solve.response import carry_over, saturate
from quanyu.solve.spend_test import read
from quanyu.solve.spend_test.belief import Evidence, believed, convinced
from quanyu.solve.spend_test.design import noise
from quanyu.solve.spend_test.information_value import Use
from quanyu.solve.spend_test.schedule import schedules
from quanyu.world import Shop
from quanyu.world.market.calendar import Calendar
from quanyu.world.market.paid_media import CHANNELS, make_media
from quanyu.world.platform import PLATFORMS

WORTH, CONFIDENCE = 160.0, 0.9
RATES = np.array([38.2, 18.4, 20.7, 15.4, 16.9]) / 20_000
"""Orders per person and day that come without ads, by sales channel."""
Floats = Any


def brings(number: int, shop: Shop, spend: Floats) -> Floats:
    """Return the orders a day that a carried-over spend truly brings."""
    one = CHANNELS[number]
    level = saturate(np.maximum(spend, 1e-9) / shop.people, one.half, one.slope)
    return one.strength * shop.media_strength * shop.people * level


def chosen(shop: Shop, random: np.random.Generator) -> tuple[int, Plan, list[AdChannel]] | None:
    """Return the channel whose test is worth most, its plan, and all channels at their present spend."""
    calendar = Calendar(shop)
    media = make_media(shop, calendar)
    demand = calendar.demand[-NOISE_DAYS:]
    orders = random.poisson(RATES[:, None] * shop.people * demand)
    for number, one in enumerate(CHANNELS):
        orders[one.platform] += random.poisson(media.orders[number, -NOISE_DAYS:])
    ads = [
        AdChannel(one.name, float(spend[-28:].mean()), "cannot_tell", "", WORTH, 0.0, None)
        for one, spend in zip(CHANNELS, media.spend, strict=True)
    ]
    found = []
    for number, ad in enumerate(ads):
        here = orders[CHANNELS[number].platform].astype(float)
        plan = (
            best(ad, noise(here, orders.sum(axis=0) - here), Use(confidence=CONFIDENCE), 1)
            if ad.spend
            else None
        )
        if plan and plan.information.value > max(plan.information.cost, 0.0):
            found.append((plan.information.value - plan.information.cost, number, plan))
    if not found:
        return None
    _, number, plan = max(found, key=lambda one: one[0])
    return number, plan, ads


def tell(shop: Shop) -> dict[str, Any]:
    """Return what came of the best test of a shop."""
    random = np.random.default_rng(shop.seed)
    picked = chosen(shop, random)
    if picked is None:
        return {"none": True}
    number, plan, ads = picked
    design, platform = plan.design, CHANNELS[number].platform
    demand = Calendar(
        replace(shop, ends_on=shop.ends_on + np.timedelta64(design.days, "D").item(), days=design.days)
    ).demand
    is_high = schedules(design.weeks, 1, random)[0]
    spend = np.where(is_high, design.high, design.low)
    caused = brings(number, shop, carry_over(spend, CHANNELS[number].carry, design.usual))
    orders = random.poisson(RATES[:, None] * shop.people * demand)
    here = (orders[platform] + random.poisson(caused)).astype(float)
    rest = (orders.sum(axis=0) - orders[platform]).astype(float)
    reading = read(here, rest, is_high, design.start, random)
    ends = brings(number, shop, np.array([design.low, design.high]))
    shown = Evidence(design.low, design.high, reading.orders, reading.error)
    curve = convinced(believed(design.usual, WORTH, random), shown, 300, random)
    ads[number] = replace(ads[number], spend=design.usual, status="known", curve=curve)
    division = divide(ads, Limits(sum(one.spend for one in ads), 0.2))
    is_moved = moves(ads, division) and division.p_gain >= CONFIDENCE
    amount = division.amounts[number]
    then = brings(number, shop, np.array([design.usual, amount]))
    gain = 7 * float((then[1] - then[0]) * WORTH - (amount - design.usual))
    return {
        "kind": design.kind, "covered": reading.low <= ends[1] - ends[0] <= reading.high, "moved": is_moved,
        "raised": is_moved and gain > 0, "inside": is_moved and division.whole[1] - 1e-6 <= gain <= division.whole[2] + 1e-6,
    }  # fmt: skip


def judge(shops: int, people: int, strength: float) -> None:
    """Print how the story ends in so many shops."""
    found = [tell(Shop(people=people, days=272, seed=seed, media_strength=strength)) for seed in range(shops)]
    tested = [one for one in found if "none" not in one]
    count = {name: sum(one[name] for one in tested) for name in ("covered", "moved", "raised", "inside")}
    what = "ads do nothing" if strength == 0 else "ads work"
    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(Counter(one["kind"] for one in tested).items()))
    print(
        f"{people:>7,} people, {what:<14}: {len(tested):>3} of {shops} tested ({kinds}), {count['covered']:>3} intervals hold the "
        f"truth; the budget moves in {count['moved']:>3}, to more true profit in {count['raised']:>3}, the interval of the gain "
        f"holds it in {count['inside']:>3}"
    )


def main() -> None:
    shops = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    assert len(RATES) == len(PLATFORMS)
    for people in (1_500, 5_000, 20_000, 60_000):
        judge(shops, people, 1.0)
    judge(shops, 20_000, 0.0)


if __name__ == "__main__":
    main()
