"""How likely several orders together stay below an amount."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy

from quanyu.solve.history import Values


def sum_chance(
    learned: Mapping[str, Any], varied: float, n: float, size: tuple[int, int]
) -> tuple[Values, Values]:
    """Return amounts (points,), and the chances (most + 1, points) that 0, 1, ... `most` orders bring at most those.

    `size` is (most, points). Under Gamma-Gamma (parameters p, q, gamma) with n orders worth m on average so far, k orders bring S with
    S / (gamma + n m) ~ BetaPrime(p k, q + p n), as nu is Gamma(q + p n, gamma + n m) after them. Where everybody gets the
    average A, S / A ~ Gamma(k / v, v), v the variance of an order over A^2.

    >>> places, chance = sum_chance({"rule": "gamma_gamma", "p": 6.0, "q": 4.0, "gamma": 15.0}, 0.0, 2.0, (3, 50))
    >>> chance.shape, bool(np.all(np.diff(chance, axis=0) <= 0)), float(chance[0].min())
    ((4, 50), True, 1.0)
    """
    most, points = size
    count = np.arange(1, most + 1)[:, None]
    if learned["rule"] == "gamma_gamma":
        p, q = float(learned["p"]), float(learned["q"])
        usual = p / max(p * n + q - 1, 1e-3)
        places = usual * np.geomspace(0.01, 4.0 * most, points)
        chance = scipy.special.betainc(p * count, q + p * n, places / (1 + places))
    else:
        places = np.geomspace(0.01, 4.0 * most, points)
        chance = scipy.special.gammainc(count / varied, places / varied)
    return places, np.vstack([np.ones(points), chance])
