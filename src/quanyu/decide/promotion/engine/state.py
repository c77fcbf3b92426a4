"""A basket while it is counted: slots of equal units, what is still to be paid for each, and what is left to be used."""

from __future__ import annotations

import msgspec

from quanyu.decide.promotion.basket import Line


class Slots(msgspec.Struct):
    """Units of one price: the goods they are (`of`), the first unit, how many, and per slot the money that counts.

    All lists have one entry per slot; amounts are 分 of the whole slot, `unit` of one.
    """

    of: list[int]
    start: list[int]
    n: list[int]
    unit: list[int]
    listed: list[int]
    floor: list[int]


class State(msgspec.Struct, gc=False):
    """Where counting stands: per slot what is left to pay and how many units no group promotion has used; and what it costs.

    `settled` is what was to be paid after the price and group levels, None before. `cost` is goods and freight less the worth of
    gifts: what the best set of promotions makes smallest.
    """

    amount: list[int]
    free: list[int]
    freight: int
    cost: int
    settled: list[int] | None = None


class Cut(msgspec.Struct, gc=False):
    """What a promotion does: its share of each of `slots`, units it uses up, what it takes off the freight, or a gift."""

    slots: list[int]
    shares: list[int]
    used: dict[int, int] | None = None
    freight: int = 0
    worth: int = 0
    base: int = 0


class Miss(msgspec.Struct, gc=False):
    """Why a promotion does nothing: a word of `trace.WORDS`, and how much is missing, in 分 or units."""

    why: str
    missing: int = 0


class Goods(msgspec.Struct, gc=False):
    """Equal lines, counted as one: whoever splits a line into two gets the same."""

    line: Line
    n: int
    lines: list[Line]


def after(state: State, cut: Cut) -> State:
    """Return the state when a promotion was applied."""
    amount = state.amount[:]
    taken = 0
    for slot, share in zip(cut.slots, cut.shares, strict=True):
        amount[slot] -= share
        taken += share
    free = state.free
    if cut.used:
        free = free[:]
        for slot, n in cut.used.items():
            free[slot] -= n
    cost = state.cost - taken - cut.freight - cut.worth
    return State(amount, free, state.freight - cut.freight, cost, state.settled)


__all__ = ["Cut", "Goods", "Miss", "Slots", "State", "after"]
