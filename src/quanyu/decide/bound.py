"""How far each channel's money may move in one turn: floors, caps and the step limit."""

from __future__ import annotations

from quanyu.settings import BudgetSettings


def bounds(channel: str, now: float, settings: BudgetSettings) -> tuple[float, float]:
    """Return the least and the most a channel may get per day.

    Within the step of what it spends now, and between its floor and its cap. A floor or cap out of reach is
    approached as far as the step allows; a channel that spends nothing starts at its floor.

    >>> bounds("a", 100.0, BudgetSettings(step=0.2, caps={"a": 110.0}))
    (80.0, 110.0)
    >>> bounds("a", 100.0, BudgetSettings(step=0.2, floors={"a": 300.0}))
    (120.0, 120.0)
    """
    floor, cap = settings.floors.get(channel, 0.0), settings.caps.get(channel, float("inf"))
    if now <= 0:
        return min(floor, cap), min(floor, cap)
    low, high = now * (1 - settings.step), now * (1 + settings.step)
    least = min(max(low, min(floor, cap)), high)
    most = max(min(high, cap), low)
    return least, max(least, most)
