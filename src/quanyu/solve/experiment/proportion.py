"""Proportions: how many of n did it."""

from __future__ import annotations

from quanyu.errors import MethodError
from quanyu.solve.experiment.sample import Sample


def proportion(n: int, n_did: int) -> Sample:
    """Return an arm in which `n_did` of `n` did it, with the binomial variance p (1 - p).

    Raises `MethodError` when more did it than there are.

    >>> arm = proportion(50, 10)
    >>> float(arm.mean[0]), round(arm.variance, 6)
    (0.2, 0.16)
    """
    if not 0 <= n_did <= n:
        raise MethodError(
            "{n_did} of {n} people cannot have done it.", "Count people once.", n_did=n_did, n=n
        )
    rate = n_did / n if n else 0.0
    return Sample.single(n, rate, rate * (1 - rate))
