"""Every set of promotions, counted in the plainest way: unit by unit, in fractions, without a bound. What the engine must equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, groupby, product
from math import floor, inf

from quanyu.decide.promotion.basket import Basket, Line
from quanyu.decide.promotion.document import Promotion

GROUP = 2


class Counted:
    """A basket of distinct items under some promotions, one after another."""

    def __init__(self, basket: Basket) -> None:
        self.lines = sorted(basket.lines, key=lambda line: line.item_id)
        self.pay = [line.price * line.n_items for line in self.lines]
        self.unit = [int(line.price) for line in self.lines]
        self.free = [line.n_items for line in self.lines]
        self.settled: list[int] | None = None

    def prices(self, promotions: Sequence[Promotion]) -> None:
        for n, line in enumerate(self.lines):
            prices = [_unit_price(one, line) for one in promotions if _is_of(one, line)]
            self.unit[n] = min([int(line.price), *prices])
            self.pay[n] = self.unit[n] * line.n_items

    def apply(self, one: Promotion) -> bool:
        """Say whether a promotion takes anything off."""
        if one.stands >= GROUP and self.settled is None:
            self.settled = list(self.pay)
        of = [n for n, line in enumerate(self.lines) if _is_of(one, line)]
        shares = self._group(one, of) if one.nth or one.buy else self._amounts(one, of)
        for n, share in shares.items():
            self.pay[n] -= min(share, self.pay[n])
        return any(shares.values())

    def _group(self, one: Promotion, of: list[int]) -> dict[int, int]:
        size, n_cheap, off = (
            (one.nth.n, 1, one.nth.off) if one.nth else (one.buy.n + one.buy.get, one.buy.get, one.buy.off)
        )
        units = sorted((-self.unit[n], n) for n in of for _ in range(self.free[n]))
        units = units[: len(units) // size * size]
        cheap = [n for place, (_, n) in enumerate(units) if place % size >= size - n_cheap]
        saved = sum(_half_up(Fraction(self.unit[n] * cheap.count(n) * off.rate, 10_000)) for n in set(cheap))
        used = {n: [part for _, part in units].count(n) for n in sorted({n for _, n in units})}
        for n, count in used.items():
            self.free[n] -= count
        return _parts(saved, {n: self.unit[n] * count for n, count in used.items()})

    def _amounts(self, one: Promotion, of: list[int]) -> dict[int, int]:
        base = {
            "sequential": self.pay,
            "parallel": self.settled,
            "list": [line.price * line.n_items for line in self.lines],
        }
        weights = {n: base[one.base][n] for n in of}
        total = sum(weights.values())
        if one.every:
            return _parts(min(total // one.every.amount * one.every.off, total), weights)
        for tier in reversed(one.tiers):
            if total >= tier.amount:
                break
        else:
            return {}
        if not tier.off.rate:
            return _parts(min(tier.off.amount, total), weights)
        shares = {n: _half_up(Fraction(weight * tier.off.rate, 10_000)) for n, weight in weights.items()}
        return shares if one.cap is None or sum(shares.values()) <= one.cap else _parts(one.cap, weights)


def best_of_basket(promotions: Sequence[Promotion], basket: Basket) -> int:
    """Return the least that any set of promotions that may stand together leaves to pay."""
    return int(min(_cost(on, basket) for on in _sets(promotions)))


def best_of_level(promotions: Sequence[Promotion], basket: Basket) -> int:
    """Return what is to be paid when each level takes its best set, one level after another."""
    chosen: list[Promotion] = []
    for _, level in groupby(_ordered(promotions), key=lambda one: one.stands):
        before = list(chosen)
        chosen = min(([*before, *on] for on in _sets(list(level))), key=lambda on: _cost(on, basket))
    return int(_cost(chosen, basket))


def _cost(on: Sequence[Promotion], basket: Basket) -> float:
    """Return what a set leaves to pay; a set with a promotion above the prices that does nothing is none."""
    counted = Counted(basket)
    counted.prices([one for one in on if one.stands == 0])
    does = [counted.apply(one) for one in _ordered(on) if one.stands]
    return sum(counted.pay) if all(does) else inf


def _ordered(promotions: Sequence[Promotion]) -> list[Promotion]:
    return sorted(promotions, key=lambda one: (one.stands, -one.priority, one.promotion))


def _sets(promotions: Sequence[Promotion]) -> Iterator[list[Promotion]]:
    """Yield every set, those with the earliest promotions first."""
    for mask in product((True, False), repeat=len(promotions)):
        on = [one for one, is_on in zip(_ordered(promotions), mask, strict=True) if is_on]
        if not any(a.group and (a.group, a.stands) == (b.group, b.stands) for a, b in combinations(on, 2)):
            yield on


def _is_of(one: Promotion, line: Line) -> bool:
    return not one.items or one.items == f"category = {line.category}"


def _unit_price(one: Promotion, line: Line) -> int:
    if one.price is not None:
        return int(one.price)
    return line.price - (
        _half_up(Fraction(line.price * one.off.rate, 10_000)) or min(one.off.amount, line.price)
    )


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def _parts(total: int, weights: dict[int, int]) -> dict[int, int]:
    whole = sum(weights.values())
    exact = {n: Fraction(total * weight, whole) if whole else Fraction(0) for n, weight in weights.items()}
    parts = {n: floor(value) for n, value in exact.items()}
    rest = (total if whole else 0) - sum(parts.values())
    for n in sorted(exact, key=lambda n: (-(exact[n] - parts[n]), -weights[n], n))[:rest]:
        parts[n] += 1
    return parts
