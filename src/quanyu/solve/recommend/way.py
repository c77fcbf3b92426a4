"""Ways of recommending: what each makes of counts of items, and the memory that takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quanyu.solve.recommend.counts import Counts
from quanyu.solve.recommend.score import Links
from quanyu.solve.recommend.similar import cosine, ease, ease_bytes, followers

SHRINK, DECAY, NEXT_WEIGHT, L2 = 10.0, 0.7, 0.5, 50.0


@dataclass(frozen=True)
class Way:
    """`make` gives what items say of others from their counts and the most others of an item; `bytes_of` what that takes of memory
    for so many items.
    """

    make: Callable[[Counts, int], Links]
    bytes_of: Callable[[int], int] = lambda _: 0


def _together(counts: Counts, n: int) -> Links:
    return Links(cosine(counts, shrink=SHRINK, n_neighbours=n))


def _recent(counts: Counts, n: int) -> Links:
    near = cosine(counts, shrink=SHRINK, n_neighbours=n)
    return Links((near + NEXT_WEIGHT * followers(counts, n_neighbours=n)).tocsr(), DECAY)


def _linear(counts: Counts, n: int) -> Links:
    return Links(ease(counts, l2=L2, n_neighbours=n), DECAY)


WAYS: Mapping[str, Way] = {
    "together": Way(_together),
    "recent": Way(_recent),
    "linear": Way(_linear, ease_bytes),
}
"""What goes with what somebody has; the same, the newest most, and what comes next; all items weighed together, the newest most."""
