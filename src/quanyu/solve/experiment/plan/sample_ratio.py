"""The sample-ratio check: are the arms as large as they should be?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quanyu.errors import MethodError
from quanyu.solve.distribution import chi_squared_above

ALARM = 0.001
"""The p-value below which the arms were not filled as planned: low, as the check is repeated on every reading."""


def sample_ratio(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the p-value of Pearson's chi-square test of counts against planned shares.

    Below `ALARM` people were lost or added unevenly, and no other figure of the experiment can be trusted.
    Raises `MethodError` for fewer than two arms, nobody, or shares that are not positive.

    >>> round(sample_ratio([21307, 21387, 21306], [1, 1, 1]), 3)
    0.904
    """
    observed, planned = np.asarray(counts, float), np.asarray(shares, float)
    if len(observed) != len(planned) or len(observed) < 2 or observed.sum() <= 0 or (planned <= 0).any():
        raise MethodError(
            "Arms of {counts} people cannot be checked against shares of {shares}.",
            "Give two or more arms, somebody in them, and a share above zero for each.",
            counts=list(counts), shares=list(shares),
        )  # fmt: skip
    expected = planned / planned.sum() * observed.sum()
    return float(chi_squared_above(((observed - expected) ** 2 / expected).sum(), len(observed) - 1))
