"""How far two points of the earth are from each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

RADIUS = 6371.0088
"""Mean radius of the earth in km (IUGG)."""
Point = tuple[float, float]
"""Latitude and longitude in degrees, north and east above zero."""


def distance(centre: Point, latitudes: ArrayLike, longitudes: ArrayLike) -> Any:
    """Return how many km points are from a centre along great circles of a sphere; across the 180th meridian as well.

    The haversine formula: `2 R asin(sqrt(sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2)))`, Sinnott, "Virtues of the Haversine",
    Sky and Telescope 68 (1984), 159. On an ellipsoid distances differ by up to 0.5 %.

    >>> round(float(distance((45.7597, 4.8422), 48.8567, 2.3508)), 3)
    392.217
    """
    here, there = np.radians(centre), np.radians(np.array([latitudes, longitudes]))
    north, east = there[0] - here[0], there[1] - here[1]
    part = np.sin(north / 2) ** 2 + np.cos(here[0]) * np.cos(there[0]) * np.sin(east / 2) ** 2
    return 2 * RADIUS * np.arcsin(np.sqrt(np.minimum(part, 1)))


__all__ = ["Point", "distance"]
