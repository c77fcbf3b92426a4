"""What is chosen: prices first, then the best set of each level in turn, or of all levels at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

from quanyu.decide.promotion.basket import Basket, Limit
from quanyu.decide.promotion.document import GROUP
from quanyu.decide.promotion.engine.price import priced
from quanyu.decide.promotion.engine.rule_set import FREIGHT, Rule, RuleSet
from quanyu.decide.promotion.engine.search import Search, Way
from quanyu.decide.promotion.engine.state import Goods, Slots, State


class Asked(msgspec.Struct):
    """What is to be counted: goods, which of them meet each condition, the rules that may apply, and what is left of them."""

    goods: list[Goods]
    met: list[list[int]]
    rules: list[Rule]
    limits: dict[int, Limit]
    basket: Basket


class Chosen(msgspec.Struct):
    """The best of what was tried: where it ends, what became of the rules, and what prices took off each slot by rule."""

    state: State
    slots: Slots
    ways: list[Way]
    chosen: int
    prices: dict[int, dict[int, int]]
    over_budget: list[int]


def choose(rules: RuleSet, asked: Asked) -> Chosen:
    """Return the best that the policy allows: level by level, or for the whole basket."""
    prices = [rule for rule in asked.rules if rule.level == 0]
    others = [rule for rule in asked.rules if 0 < rule.level <= FREIGHT]
    if rules.policy.best == "level":
        return _by_level(rules, asked, _best_prices(rules, asked, prices), others)
    return _at_once(rules, asked, prices, others)


def _by_level(rules: RuleSet, asked: Asked, start: tuple[Search, Chosen], others: list[Rule]) -> Chosen:
    search, chosen = start
    state, taken = chosen.state, chosen.chosen
    n = 0
    while n < len(others):
        level = others[n].level
        end = n + 1
        while end < len(others) and others[end].level == level:
            end += 1
        if level >= GROUP and state.settled is None:
            state.settled = state.amount
        state, taken, way = search.best(others[n:end], state, taken)
        if way is not None:
            chosen.ways.append(way)
        n = end
    chosen.state, chosen.chosen = state, taken
    return chosen


def _best_prices(rules: RuleSet, asked: Asked, prices: list[Rule]) -> tuple[Search, Chosen]:
    """Return the lowest prices: those of all promotions, unless some exclude each other."""
    tries = (_priced(rules, asked, on) for on in _sets(prices))
    return next(tries) if not _clashing(prices) else min(tries, key=lambda one: one[1].state.cost)


def _at_once(rules: RuleSet, asked: Asked, prices: list[Rule], others: list[Rule]) -> Chosen:
    """Return the best over all levels: every set of prices that may end lower than the best so far is followed to its end."""
    start, _ = _priced(rules, asked, [])
    bound = sum(start.most(rule, _state(asked, start.slots)) for rule in others)
    best: Chosen | None = None
    for on in _sets(prices):
        search, chosen = _priced(rules, asked, on)
        if best is not None and chosen.state.cost - bound >= best.state.cost:
            continue
        state, taken, way = (
            search.best(others, chosen.state, chosen.chosen)
            if others
            else (chosen.state, chosen.chosen, None)
        )
        if best is None or state.cost < best.state.cost:
            chosen.state, chosen.chosen, chosen.ways = state, taken, [way]
            best = chosen
    assert best is not None
    return best


def _sets(prices: Sequence[Rule]) -> Iterator[Sequence[Rule]]:
    """Yield the sets of prices that may stand together, the largest first."""
    for n in range(len(prices), -1, -1):
        yield from (on for on in combinations(prices, n) if not _clashing(on))


def _clashing(rules: Sequence[Rule]) -> bool:
    bits = sum(rule.bit for rule in rules)
    return any(rule.clash & bits for rule in rules)


def _priced(rules: RuleSet, asked: Asked, on: Sequence[Rule]) -> tuple[Search, Chosen]:
    """Return the state after the price level under some promotions; one whose budget would not do is left out."""
    over: list[int] = []
    while True:
        offered = _offered(asked, on)
        units = {rule.index: n for rule in on if (n := _units(rule, asked.limits)) is not None}
        slots, taken = priced(asked.goods, offered, units, rules.policy)
        broken = [
            index for index, by_slot in taken.items()
            if index in asked.limits and (most := asked.limits[index].budget) is not None and sum(by_slot.values()) > most
        ]  # fmt: skip
        if not broken:
            break
        over.append(broken[0])
        on = [rule for rule in on if rule.index != broken[0]]
    found = asked.met
    if len(slots.of) != len(asked.goods):
        found = [[slot for slot, of in enumerate(slots.of) if of in set(goods)] for goods in asked.met]
    search = Search(slots, found, asked.limits, rules.policy, asked.basket.sold_out)
    bits = sum(1 << index for index in taken)
    return search, Chosen(_state(asked, slots), slots, [], bits, taken, over)


def _state(asked: Asked, slots: Slots) -> State:
    amount = [unit * n for unit, n in zip(slots.unit, slots.n, strict=True)]
    freight = int(asked.basket.freight)
    return State(amount, slots.n, freight, sum(amount) + freight)


def _offered(asked: Asked, on: Sequence[Rule]) -> list[list[Rule]]:
    offered: list[list[Rule]] = [[] for _ in asked.goods]
    for rule in on:
        for of in asked.met[rule.parts[0]]:
            offered[of].append(rule)
    return offered


def _units(rule: Rule, limits: dict[int, Limit]) -> int | None:
    """Return for how many units a price may be given: what the promotion allows a person, or what is left of it."""
    limit = limits.get(rule.index)
    return limit.units if limit is not None and limit.units is not None else rule.promotion.units_per_person


__all__ = ["Asked", "Chosen", "choose"]
