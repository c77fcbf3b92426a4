"""The first level: what one unit costs. Every line takes its lowest price; limited prices go to where they save most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quanyu.decide.promotion.document import Policy
from quanyu.decide.promotion.engine.rule_set import Rule
from quanyu.decide.promotion.engine.state import Goods, Slots
from quanyu.decide.promotion.money import half_up

Steps = tuple[tuple[Rule, int], ...]
"""The promotions that make a price, each with what it takes off one unit."""


def unit_price(rule: Rule, price: int, listed: int) -> int:
    """Return the price of a unit under a promotion, counted from a price that others may have lowered; never above it."""
    if rule.off is not None:
        return price - rule.off.of(price)
    new = half_up(price * rule.price, listed) if price != listed and listed else rule.price
    return new if new < price else price


def lowest(rules: Sequence[Rule], listed: int, floor: int, policy: Policy) -> tuple[int, Steps]:
    """Return the lowest price that one promotion, or all that are stacked, make of a list price; the first of equal ones."""
    is_cut = policy.below_floor == "clamp"
    best, steps = listed, tuple[tuple[Rule, int], ...]()
    stacked, chain = listed, list[tuple[Rule, int]]()
    for rule in rules:
        if rule.is_stacked:
            new = unit_price(rule, stacked, listed)
            if new < floor and is_cut:
                new = min(floor, stacked)
            if floor <= new < stacked:
                chain.append((rule, stacked - new))
                stacked = new
            continue
        new = unit_price(rule, listed, listed)
        if new < floor and is_cut:
            new = min(floor, listed)
        if floor <= new < best:
            best, steps = new, ((rule, listed - new),)
    return (stacked, tuple(chain)) if stacked < best else (best, steps)


def priced(
    goods: Sequence[Goods], offered: Sequence[Sequence[Rule]], left: Mapping[int, int], policy: Policy
) -> tuple[Slots, dict[int, dict[int, int]]]:
    """Return slots of equal price, and what each promotion takes off each slot; `left` are the units it may still be given for."""
    slots = Slots([], [], [], [], [], [])
    taken: dict[int, dict[int, int]] = {}
    limits = _allotted(goods, offered, left) if left else {}
    if not limits:
        return _whole(goods, offered, policy)
    for of, (what, rules) in enumerate(zip(goods, offered, strict=True)):
        line = what.line
        ends = sorted({what.n, *(limits.get((rule.index, of), what.n) for rule in rules)} - {0})
        start = 0
        for end in ends:
            open_to = [rule for rule in rules if limits.get((rule.index, of), what.n) >= end]
            unit, steps = lowest(open_to, line.price, line.floor, policy)
            for rule, off in steps:
                taken.setdefault(rule.index, {})[len(slots.of)] = off * (end - start)
            slots.of.append(of)
            slots.start.append(start)
            slots.n.append(end - start)
            slots.unit.append(unit)
            slots.listed.append(line.price * (end - start))
            slots.floor.append(line.floor * (end - start))
            start = end
    return slots, taken


def _whole(
    goods: Sequence[Goods], offered: Sequence[Sequence[Rule]], policy: Policy
) -> tuple[Slots, dict[int, dict[int, int]]]:
    """Return a slot for each of the goods, where no price is limited to some units."""
    n = [what.n for what in goods]
    unit = [int(what.line.price) for what in goods]
    listed = [price * n_units for price, n_units in zip(unit, n, strict=True)]
    floor = [what.line.floor * what.n for what in goods]
    taken: dict[int, dict[int, int]] = {}
    for slot, rules in enumerate(offered):
        if rules:
            unit[slot], steps = lowest(rules, unit[slot], goods[slot].line.floor, policy)
            for rule, off in steps:
                taken.setdefault(rule.index, {})[slot] = off * n[slot]
    return Slots(list(range(len(n))), [0] * len(n), n, unit, listed, floor), taken


def _allotted(
    goods: Sequence[Goods], offered: Sequence[Sequence[Rule]], left: Mapping[int, int]
) -> dict[tuple[int, int], int]:
    """Return for how many units of which goods a limited price is given: where it saves most first."""
    given: dict[tuple[int, int], int] = {}
    for index, n_left in left.items():
        rest = n_left
        saving = [
            (unit_price(rule, what.line.price, what.line.price) - what.line.price, of)
            for of, (what, rules) in enumerate(zip(goods, offered, strict=True))
            for rule in rules
            if rule.index == index
        ]
        for _, of in sorted(saving):
            given[index, of] = min(rest, goods[of].n)
            rest -= given[index, of]
    return given


__all__ = ["priced", "unit_price"]
