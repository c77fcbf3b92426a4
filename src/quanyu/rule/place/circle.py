"""The names of all cities within a distance: what a column of cities is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from opencc import OpenCC

from quanyu.rule.place.gazetteer import HAN, centre, gazetteer, key, meant
from quanyu.rule.place.great_circle import distance

DOTTED = "İ".lower()
KEPT = 64
"""So many circles are kept."""


@dataclass(frozen=True)
class Circle:
    """The names of the cities of a circle as they may be written, in small letters: as they are, and as a table's `name`."""

    names: frozenset[str]
    table: ir.Table


@lru_cache(KEPT)
def circle(of: str, km: float, country: str = "") -> Circle:
    """Return the cities within so many km of a city or a point, in a workspace of a country; "": of none.

    >>> {"成都", "成都市", "chengdu", "德阳"} <= circle("成都", 100).names, "北京" in circle("成都", 100).names
    (True, False)
    """
    held, owner = gazetteer(), _owners(country)
    is_near = distance(centre(of, country), held.latitudes, held.longitudes) <= km
    return _named(held.names[n] for n in np.flatnonzero(is_near[owner]))


@cache
def known_names() -> Circle:
    """Return the names of all cities."""
    return _named(gazetteer().names)


@cache
def _owners(country: str) -> np.ndarray:
    """Return which place each name of the list means."""
    by_key = meant(country)
    return np.array([by_key[known] for known in gazetteer().keys], np.int32)


def _named(names: Iterable[str]) -> Circle:
    written = frozenset(form for name in names for form in _forms(name))
    return Circle(written, ibis.memtable(pa.table({"name": pa.array(sorted(written), pa.string())})))


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _forms(name: str) -> Iterator[str]:
    """Yield a name as it may be written: Chinese ones in both scripts, with and without endings, others in small letters.

    Of a capital İ some engines make a plain i.
    """
    if HAN.fullmatch(name) is None:
        yield from {name.lower(), name.lower().replace(DOTTED, "i")}
    else:
        bare = key(name)
        for form, county in ((bare, "县"), (str(_traditional().convert(bare)), "縣")):
            yield from (form, f"{form}市", form + county)


__all__ = ["Circle", "circle", "known_names"]
