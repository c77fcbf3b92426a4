"""The second look at a table: how many values are far from all others, and which rows to show for every check."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.collect.quality.quality_checks import Examination, Test, beyond
from quanyu.workspace import Workspace

MOST = 5
"""Rows that are shown of a check."""
FAR = 3.0
"""Tukey's far-out fence: this many interquartile ranges beyond the quartiles."""


def fences(first: float, third: float) -> tuple[float, float]:
    """Return the far-out fences of the quartiles; without spread there is no fence.

    Tukey, Exploratory Data Analysis (1977), outer fences; money and counts are skewed, so on logarithms.

    >>> fences(10.0, 20.0)
    (1.25, 160.0)
    >>> fences(-1.0, 1.0)
    (-7.0, 7.0)
    """
    if first == third:
        return -math.inf, math.inf
    if first > 0:
        spread = (third / first) ** FAR
        return first / spread, third * spread
    return first - FAR * (third - first), third + FAR * (third - first)


@dataclass(frozen=True)
class Suspect:
    """Bad rows to look up: under which name, which rows they are, and whether they are still to be counted."""

    stem: str
    test: Test
    is_counted: bool
    is_reference: bool


def looked_up(ws: Workspace, examination: Examination, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a second query adds to the counts of the scan: `<stem>__bad` of outliers, `<stem>__keys` of bad rows.

    The keys are the first five in their order. Without bad rows nothing is read.
    """
    suspects = list(_suspects(examination, counts))
    if not suspects:
        return {}
    results: dict[str, Any] = {}
    for row in ws.warehouse.read(
        ibis.union(*(_rows(examination, suspect) for suspect in suspects))
    ).to_pylist():
        results.setdefault(f"{row['stem']}__keys", []).append(row["key"])
        if row["n"] is not None:
            results[f"{row['stem']}__bad"] = row["n"]
    return {name: sorted(value) if isinstance(value, list) else value for name, value in results.items()}


def _suspects(examination: Examination, counts: Mapping[str, Any]) -> Iterator[Suspect]:
    for probe in examination.probes:
        if probe.check == "outliers":
            quartiles = counts[f"{probe.stem}__quartiles"]
            if counts[f"{probe.stem}__n"] and quartiles is not None:
                low, high = fences(*quartiles)
                if counts[f"{probe.stem}__low"] < low or counts[f"{probe.stem}__high"] > high:
                    test = partial(beyond, column=probe.column, low=low, high=high)
                    yield Suspect(probe.stem, test, is_counted=False, is_reference=False)
        elif probe.is_bad is not None and counts[f"{probe.stem}__bad"]:
            yield Suspect(probe.stem, probe.is_bad, is_counted=True, is_reference=probe.check == "references")


def _rows(examination: Examination, suspect: Suspect) -> ir.Table:
    rows = examination.rows if suspect.is_reference else examination.plain
    bad = rows.filter(suspect.test(rows))
    n = ibis.null("int64") if suspect.is_counted else bad.count().over(ibis.window())
    named = bad.select(stem=ibis.literal(suspect.stem), key=bad["_key"], n=n.cast("int64"))
    return named.order_by("key").limit(MOST)
