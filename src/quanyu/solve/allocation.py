"""Dividing money over channels so that it brings most: water-filling on concave envelopes."""

from __future__ import annotations

import heapq

import numpy as np

from quanyu.solve.array import Floats


def allocate(amount: Floats, value: Floats, total: float, *, must_spend: bool = False) -> Floats:
    """Return the amount of each channel (c,) that makes the sum of value less amount largest.

    `amount` (c, k) are the amounts that a channel may get, ascending from its least to its most, `value` (c, k)
    what it brings at each. At most `total` is given away, and no money that brings back less than itself, unless
    `must_spend`. Where the least of all channels together exceed the total, each gets its least.

    Exact on the given points: the curves are replaced by their concave envelopes, and money goes to the steepest
    piece first until it is used up (Gross 1956; Fox 1966, Discrete optimization via marginal analysis). Between
    two neighbouring points the value is taken to be linear.

    >>> amount = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    >>> value = np.array([[0.0, 3.0, 3.5], [0.0, 2.0, 3.9]])
    >>> allocate(amount, value, 3.0).tolist(), allocate(amount, value, 9.0, must_spend=True).tolist()
    ([1.0, 2.0], [2.0, 2.0])
    """
    given = amount[:, 0].astype(np.float64).copy()
    left = total - float(given.sum())
    corners = [_envelope(amounts, worth) for amounts, worth in zip(amount, value, strict=True)]
    waiting = [
        _piece(amount[c], value[c], corners[c], 0, c) for c in range(len(given)) if len(corners[c]) > 1
    ]
    heapq.heapify(waiting)
    while waiting and left > 1e-12:
        steepness, c, at = heapq.heappop(waiting)
        if -steepness <= 1.0 and not must_spend:
            break
        start, end = corners[c][at], corners[c][at + 1]
        size = float(amount[c][end] - amount[c][start])
        if size > left:
            # Inside a straight piece over several points the curve sags: stop at a point within reach.
            given[c] = (
                amount[c][start] + left if end == start + 1 else _reached(amount[c], value[c], start, left)
            )
            left -= given[c] - float(amount[c][start])
            continue
        given[c] = amount[c][end]
        left -= size
        if at + 2 < len(corners[c]):
            heapq.heappush(waiting, _piece(amount[c], value[c], corners[c], at + 1, c))
    return given


def _piece(amount: Floats, value: Floats, corner: list[int], at: int, channel: int) -> tuple[float, int, int]:
    start, end = corner[at], corner[at + 1]
    return -float((value[end] - value[start]) / (amount[end] - amount[start])), channel, at


def _reached(amount: Floats, value: Floats, start: int, left: float) -> float:
    within = np.flatnonzero(amount - amount[start] <= left)
    within = within[within >= start]
    return float(amount[within[np.argmax(value[within] - amount[within])]])


def _envelope(amount: Floats, value: Floats) -> list[int]:
    """Return the positions of the corners of the concave envelope, by Andrew's monotone chain."""
    corner: list[int] = []
    for at in range(len(amount)):
        if corner and amount[at] <= amount[corner[-1]]:
            continue
        while len(corner) > 1:
            first, second = corner[-2], corner[-1]
            turn = (value[second] - value[first]) * (amount[at] - amount[first])
            if turn > (value[at] - value[first]) * (amount[second] - amount[first]):
                break
            corner.pop()
        corner.append(at)
    return corner
