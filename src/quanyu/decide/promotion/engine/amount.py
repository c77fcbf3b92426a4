"""What thresholds and rates take off amounts: 满减, 满折, 每满减, N件M折, and gifts from an amount on."""

from __future__ import annotations

from collections.abc import Callable

from quanyu.decide.promotion.document import Promotion, Tier
from quanyu.decide.promotion.engine.allocation import allocate
from quanyu.decide.promotion.engine.state import Miss
from quanyu.decide.promotion.money import MOST_FEN, WHOLE

Shares = Callable[[list[int], int], list[int] | Miss]
"""From amounts per slot, and how many units they are, to the share of each."""


def tiers(promotion: Promotion) -> Shares:
    """Return what the highest tier that is reached takes off; one without tiers has a single one, from nothing on."""
    steps = promotion.tiers or (Tier(promotion.off),) if promotion.off else promotion.tiers
    falling = [
        (step.units or int(step.amount), step.units > 0, int(step.off.amount), step.off.rate)
        for step in steps
    ][::-1]
    lowest, is_units = falling[-1][:2]
    cap, unit = promotion.cap, promotion.share_unit

    def shares(weights: list[int], n: int) -> list[int] | Miss:
        total = sum(weights)
        step = next((step for step in falling if (n if step[1] else total) >= step[0]), None)
        if step is None:
            return Miss("few" if is_units else "short", lowest - (n if is_units else total))
        _, _, amount, rate = step
        if not rate:
            return allocate(min(amount, total), weights, unit)
        parts = [(weight * rate + WHOLE // 2) // WHOLE for weight in weights]
        return parts if cap is None or sum(parts) <= cap else allocate(cap, weights, unit)

    return shares


def every(promotion: Promotion) -> Shares:
    """Return what is taken off for every full amount."""
    given = promotion.every
    assert given is not None
    unit, each, off, most = promotion.share_unit, int(given.amount), int(given.off), given.steps
    cap = MOST_FEN if promotion.cap is None else int(promotion.cap)

    def shares(weights: list[int], _n: int) -> list[int] | Miss:
        total = sum(weights)
        steps = total // each
        if not steps:
            return Miss("short", each - total)
        steps = min(steps, most) if most else steps
        return allocate(min(steps * off, total, cap), weights, unit)

    return shares


__all__ = ["Shares", "every", "tiers"]
