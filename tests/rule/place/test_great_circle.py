"""Distances along great circles, against published ones."""

from __future__ import annotations

import math

import pytest

from quanyu.rule.place import distance

LYON, PARIS = (45.7597, 4.8422), (48.8567, 2.3508)
PUBLISHED = [
    # README of the library haversine (mapado/haversine): lyon to paris, in km and in nautical miles
    (LYON, PARIS, 392.2172595594006),
    (LYON, PARIS, 211.78037755311516 * 1.852),
    # A quarter and a half of a great circle of the mean radius of the IUGG, by definition.
    ((0.0, 0.0), (0.0, 90.0), 6371.0088 * math.pi / 2),
    ((90.0, 0.0), (-90.0, 17.0), 6371.0088 * math.pi),
    # Across the 180th meridian, where differences of longitudes are those of 0.2 degrees.
    ((0.0, 179.9), (0.0, -179.9), 6371.0088 * math.radians(0.2)),
    ((-16.7, 179.9), (-16.7, 179.9), 0.0),
]


@pytest.mark.parametrize(("here", "there", "km"), PUBLISHED)
def test_distances_are_the_published_ones(
    here: tuple[float, float], there: tuple[float, float], km: float
) -> None:
    assert float(distance(here, *there)) == pytest.approx(km, rel=1e-7, abs=1e-9)
    assert float(distance(there, *here)) == pytest.approx(km, rel=1e-7, abs=1e-9)


def test_antipodes_are_half_a_circle_apart_and_never_unknown() -> None:
    for n in range(-90, 91, 7):
        for m in range(-180, 181, 11):
            east = m + 180 if m <= 0 else m - 180
            assert float(distance((n, m), -n, east)) == pytest.approx(6371.0088 * math.pi, rel=1e-7)
