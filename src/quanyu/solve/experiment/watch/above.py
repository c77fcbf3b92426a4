"""Whether a share is surely above a limit, however often it is asked."""

from __future__ import annotations

import math

import scipy

from quanyu.solve.experiment.watch.ahead import Count

TIMES = 4.0
"""How many times the limit a share above it is taken to be, before anything is seen: the test is sharpest there."""


def is_surely_above(count: Count, limit: float, *, error: float) -> bool:
    """Return whether the share behind a count is above `limit`; of those that are not, at most `error` are ever called so.

    Asked after every person, and not only in the end: let M be the mean of (p / limit)^did ((1 - p) / (1 - limit))^(n - did)
    over the p above the limit, weighted by Beta(1, 1 / (TIMES limit)). It begins at 1 and does not grow on average where the share is
    at most the limit, so it reaches 1 / error with the probability `error` at most (Ville), for any number of people.
    Source: Robbins, *Annals of Mathematical Statistics* 41 (1970) 1397-1409.

    >>> [is_surely_above(Count(n, did), 0.05, error=0.01) for n, did in ((100, 8), (100, 15), (1000, 60), (1000, 90))]
    [False, True, False, True]
    """
    if not count.n or limit >= 1:
        return False
    a, b = 1.0, 1 / (TIMES * limit)
    did, not_did = count.n_did, count.n - count.n_did
    above, expected = (
        scipy.special.betainc(second, first, 1 - limit) for first, second in ((a + did, b + not_did), (a, b))
    )
    if above <= 0:
        return False
    evidence = scipy.special.betaln(a + did, b + not_did) - scipy.special.betaln(a, b)
    evidence += math.log(above / expected) - did * math.log(limit) - not_did * math.log1p(-limit)
    return bool(evidence >= -math.log(error))
