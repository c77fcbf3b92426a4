"""What groups of units give: 第二件半价, 买X送Y, bundles and add-ons. A unit takes part in one group promotion only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from quanyu.decide.promotion.document import AddOn, Bundle, Buy, Nth
from quanyu.decide.promotion.engine.allocation import allocate
from quanyu.decide.promotion.engine.state import Cut, Miss
from quanyu.decide.promotion.money import Off

Units = Sequence[int]
"""Per slot: the price of a unit, or how many units are free."""
Grouping = Callable[[list[list[int]], Units, Units], Cut | Miss]
"""From the slots of each of its conditions, prices and free units to what is taken off."""


def nth(given: Nth) -> Grouping:
    """Return what every n-th unit is cheaper by."""
    if given.pick == "group":
        return _in_groups(given.n - 1, 1, given.off)

    def cut(found: list[list[int]], price: Units, free: Units) -> Cut | Miss:
        slots = _falling(found[0], price)
        all_units = sum(free[slot] for slot in slots)
        n = all_units // given.n
        if not n:
            return Miss("few", given.n - all_units)
        cheap = _taken(reversed(slots), free, n)
        used = {slot: free[slot] for slot in slots if free[slot]}
        return _shared(_worth(cheap, price, given.off), used, price)

    return cut


def buy(given: Buy) -> Grouping:
    """Return what whoever buys some units gets: cheaper units of the same items, or of others."""
    if not given.gets:
        return _in_groups(given.n, given.get, given.off)

    def cut(found: list[list[int]], price: Units, free: Units) -> Cut | Miss:
        got = _falling(found[1], price)
        bought = _falling([slot for slot in found[0] if slot not in got], price)
        n_bought, n_got = (sum(free[slot] for slot in slots) for slots in (bought, got))
        times = min(n_bought // given.n, n_got // given.get)
        if not times:
            return Miss("few", max(given.n - n_bought, 0) + max(given.get - n_got, 0))
        cheap = _taken(reversed(got), free, times * given.get)
        used = {**_taken(bought, free, times * given.n), **cheap}
        return _shared(_worth(cheap, price, given.off), used, price)

    return cut


def bundle(given: Bundle) -> Grouping:
    """Return what parts are cheaper by together, as often as they are there and it is cheaper."""

    def cut(found: list[list[int]], price: Units, free: Units) -> Cut | Miss:
        left, used, taken = list(free), dict[int, int](), 0
        while True:
            once: dict[int, int] = {}
            for part, slots in zip(given.parts, found[1:], strict=True):
                picked = _taken(_falling(slots, price), left, part.n)
                if sum(picked.values()) < part.n:
                    return (
                        _shared(taken, used, price) if taken else Miss("few", part.n - sum(picked.values()))
                    )
                for slot, n in picked.items():
                    left[slot] -= n
                    once[slot] = once.get(slot, 0) + n
            saved = sum(price[slot] * n for slot, n in once.items()) - given.price
            if saved <= 0:
                return _shared(taken, used, price) if taken else Miss("nothing")
            taken += saved
            used = {slot: used.get(slot, 0) + once.get(slot, 0) for slot in {**used, **once}}

    return cut


def add_on(given: AddOn) -> Grouping:
    """Return what some units are cheaper by, once other items reach an amount."""

    def cut(found: list[list[int]], price: Units, free: Units) -> Cut | Miss:
        extra = [slot for slot in _falling(found[1], price) if price[slot] > given.price]
        reached = sum(price[slot] * free[slot] for slot in found[0] if slot not in found[1])
        if reached < given.amount:
            return Miss("short", given.amount - reached)
        picked = _taken(extra, free, given.n)
        saved = sum((price[slot] - given.price) * n for slot, n in picked.items())
        return _shared(saved, picked, price) if saved else Miss("nothing")

    return cut


def _in_groups(n_full: int, n_cheap: int, off: Off) -> Grouping:
    """Return what is taken off the last units of each group, when units stand in falling order of price."""
    size = n_full + n_cheap

    def cut(found: list[list[int]], price: Units, free: Units) -> Cut | Miss:
        slots = _falling(found[0], price)
        ends = list(accumulate((free[slot] for slot in slots), initial=0))
        last = ends[-1] // size * size
        if not last:
            return Miss("few", size - ends[-1])
        spans = [
            (slot, min(a, last), min(b, last)) for slot, a, b in zip(slots, ends, ends[1:], strict=False)
        ]
        cheap = {slot: before(b) - before(a) for slot, a, b in spans}
        used = {slot: b - a for slot, a, b in spans if b > a}
        return _shared(_worth(cheap, price, off), used, price)

    def before(end: int) -> int:
        """Count the cheap units before a place."""
        return end // size * n_cheap + max(end % size - n_full, 0)

    return cut


def _falling(slots: Iterable[int], price: Units) -> list[int]:
    return sorted(slots, key=lambda slot: (-price[slot], slot))


def _taken(slots: Iterable[int], free: Units, n: int) -> dict[int, int]:
    """Return how many units each slot gives when n are taken, in order."""
    taken: dict[int, int] = {}
    for slot in slots:
        has = min(free[slot], n)
        if has > 0:
            taken[slot] = has
            n -= has
    return taken


def _worth(cheap: dict[int, int], price: Units, off: Off) -> int:
    """Return what is taken off units: a rate of the line, rounded once, or an amount of each."""
    if off.rate:
        return sum(off.of(price[slot] * n) for slot, n in cheap.items())
    return sum(min(off.amount, price[slot]) * n for slot, n in cheap.items())


def _shared(taken: int, used: dict[int, int], price: Units) -> Cut:
    """Return what is taken off as shares of all units that take part, by their amounts."""
    slots = sorted(used)
    weights = [used[slot] * price[slot] for slot in slots]
    return Cut(slots, allocate(taken, weights), used, base=sum(weights))


__all__ = ["Grouping", "add_on", "bundle", "buy", "nth"]
