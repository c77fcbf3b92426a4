"""Whole parts of a whole: every 分 is given to some line, and to some unit of it."""

from __future__ import annotations

from collections.abc import Sequence

FAR = 1 << 60
"""More than any amount."""


def allocate(total: int, weights: Sequence[int], unit: int = 1) -> list[int]:
    """Return whole parts of a total in proportion to weights: the largest remainders are rounded up.

    Of equal remainders the larger weight comes first, then the lower index. Nothing is allocated where no weight is. With a
    larger `unit` parts are whole multiples of it, rounded down, and the last one takes the rest, as some platforms do.

    >>> allocate(1000, [3333, 3333, 3334]), allocate(3000, [150, 50], unit=100)
    ([333, 333, 334], [2200, 800])
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    if len(weights) == 1:
        return [total]
    if unit > 1:
        parts = [total * weight // whole // unit * unit for weight in weights]
        last = max(n for n, weight in enumerate(weights) if weight)
        parts[last] += total - sum(parts)
        return parts
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    if rest:
        # One number for remainder and weight; a stable sort leaves the lower index first.
        keys = [total * weight % whole * FAR + weight for weight in weights]
        for n in sorted(range(len(keys)), key=keys.__getitem__, reverse=True)[:rest]:
            parts[n] += 1
    return parts


def spread(total: int, n: int, start: int, stop: int) -> int:
    """Return what the units from `start` to before `stop` of `n` equal ones have of a total; the first ones take the rest.

    >>> [spread(1667, 5, unit, unit + 1) for unit in range(5)]
    [334, 334, 333, 333, 333]
    """
    each, rest = divmod(total, n)
    return each * (stop - start) + min(stop, rest) - min(start, rest)


def within(
    shares: list[int], rooms: Sequence[int], weights: Sequence[int], *, is_passed_on: bool
) -> list[int]:
    """Return shares cut to the room there is; what is over goes to those with room left, by weight, if it is passed on.

    >>> within([2250, 750], [2000, 5000], [150, 50], is_passed_on=True)
    [2000, 1000]
    """
    held = [min(share, room) for share, room in zip(shares, rooms, strict=True)]
    over = sum(shares) - sum(held)
    while is_passed_on and over:
        open_to = [weight if held[n] < rooms[n] else 0 for n, weight in enumerate(weights)]
        more = allocate(over, open_to)
        if not any(more):
            break
        held = [min(has + part, room) for has, part, room in zip(held, more, rooms, strict=True)]
        over = sum(shares) - sum(held)
    return held


__all__ = ["allocate", "spread", "within"]
