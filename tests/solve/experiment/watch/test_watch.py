"""What is read at every look errs as seldom as it says: exactly where it can be worked out, else by simulation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.stats import binom

from quanyu.errors import MethodError
from quanyu.solve.experiment.watch import Count, difference, is_surely_above


def first_alarm(n: int, limit: float, error: float, start: int) -> int:
    """Return the fewest of n that are surely above the limit, which are never fewer than those of a smaller n."""
    did = start
    while did <= n and not is_surely_above(Count(n, did), limit, error=error):
        did += 1
    return did


def crossing(limit: float, error: float, n_people: int) -> float:
    """Return the exact probability that people who do it with the probability `limit` are ever called above it."""
    chances, lost, least = np.zeros(n_people + 2), 0.0, 1
    chances[0] = 1.0
    for n in range(1, n_people + 1):
        chances[1:] = chances[1:] * (1 - limit) + chances[:-1] * limit
        chances[0] *= 1 - limit
        least = first_alarm(n, limit, error, max(1, least - 1))
        lost += chances[least:].sum()
        chances[least:] = 0
    return float(lost)


@pytest.mark.parametrize(("limit", "n"), [(0.05, 1200), (0.003, 2500)])
def test_asked_after_every_person_it_errs_as_seldom_as_it_says(limit: float, n: int) -> None:
    for error in (0.01, 0.2):
        assert 0.02 * error < crossing(limit, error, n) <= error


def test_what_is_far_above_is_found_soon_and_what_is_below_is_not() -> None:
    assert is_surely_above(Count(60, 18), 0.05, error=0.01)
    assert is_surely_above(Count(20_000, 1_200), 0.05, error=0.01)
    assert not is_surely_above(Count(20_000, 1_000), 0.05, error=0.01)
    assert not is_surely_above(Count(10**7, 0), 0.05, error=0.01)
    assert not is_surely_above(Count(0, 0), 0.05, error=0.01)
    assert not is_surely_above(Count(9, 9), 1.0, error=0.01)


def looks(rng: np.random.Generator, n: int, chance: float) -> np.ndarray:
    """Return how many of n have done it by the end of each of fourteen days."""
    days = rng.integers(0, 14, rng.binomial(n, chance))
    return np.cumsum(np.bincount(days, minlength=14))


def read(
    rng: np.random.Generator, sizes: tuple[int, int], chances: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    sides = [looks(rng, n, chance) for n, chance in zip(sizes, chances, strict=True)]
    for did in zip(*sides, strict=True):
        found = difference(*(Count(n, int(k)) for n, k in zip(sizes, did, strict=True)))
        if found is not None:
            yield found.low, found.high


@pytest.mark.parametrize("sizes", [(400, 100), (4000, 1000), (9500, 500), (500, 500)])
@pytest.mark.parametrize("chance", [0.01, 0.1])
def test_no_difference_is_found_in_at_most_one_of_twenty_over_all_looks(
    sizes: tuple[int, int], chance: float
) -> None:
    """Of 300 without a difference more than `most` would be found ahead or behind in one of a thousand at a true 5 %."""
    rng, alarms = np.random.default_rng(5), 0
    for _ in range(300):
        alarms += any(low > 0 or high < 0 for low, high in read(rng, sizes, (chance, chance)))
    assert alarms <= binom.ppf(0.999, 300, 0.05)


def test_a_difference_is_found_and_in_its_direction() -> None:
    rng, right, wrong = np.random.default_rng(6), 0, 0
    for _ in range(100):
        told = list(read(rng, (2000, 2000), (0.12, 0.08)))
        right += any(low > 0 for low, _ in told)
        wrong += any(high < 0 for _, high in told)
    assert right >= 70 and wrong == 0


def test_both_ways_round_it_is_the_same_and_nothing_seen_is_nothing_told() -> None:
    one, other = Count(500, 40), Count(300, 9)
    there, back = difference(one, other), difference(other, one)
    assert there and back
    assert (there.low, there.high, there.value) == pytest.approx((-back.high, -back.low, -back.value))
    assert difference(Count(500, 0), Count(300, 0)) is None
    assert difference(Count(0, 0), Count(300, 9)) is None
    assert difference(one, other, confidence=0.99).low < there.low  # type: ignore[union-attr]
    assert one + other == Count(800, 49)
    with pytest.raises(MethodError):
        Count(3, 4)
