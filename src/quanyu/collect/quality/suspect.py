"""The second look at a table: which rows to show for every check that found bad ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.collect.quality.quality_checks import Examination, Probe, beyond
from quanyu.workspace import Workspace

MOST = 5
"""Rows that are shown of a check."""


def looked_up(ws: Workspace, examination: Examination, counts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a second query adds to the counts: `<stem>__keys`, the first five keys of bad rows in their order.

    Without bad rows nothing is read.
    """
    suspects = list(_suspects(examination, counts))
    keys: dict[str, list[str]] = {}
    for row in ws.warehouse.read(ibis.union(*suspects)).to_pylist() if suspects else ():
        keys.setdefault(f"{row['stem']}__keys", []).append(row["key"])
    return {name: sorted(some) for name, some in keys.items()}


def _suspects(examination: Examination, counts: Mapping[str, Any]) -> Iterator[ir.Table]:
    for probe in examination.probes:
        if counts.get(f"{probe.stem}__bad") and (probe.is_bad or probe.check in BAD):
            bad = BAD.get(probe.check, _told)(examination, probe, counts)
            named = bad.select(stem=ibis.literal(probe.stem), key=bad["_key"])
            yield named.order_by("key").limit(MOST)


def _told(examination: Examination, probe: Probe, _: Mapping[str, Any]) -> ir.Table:
    return examination.rows.filter(probe.is_bad)


def _far(examination: Examination, probe: Probe, counts: Mapping[str, Any]) -> ir.Table:
    low, high = counts[f"{probe.stem}__fences"]
    return examination.rows.filter(partial(beyond, column=probe.column, low=low, high=high))


BAD: Mapping[str, Callable[[Examination, Probe, Mapping[str, Any]], ir.Table]] = {
    "outliers": _far,
    "references": lambda examination, probe, _: examination.lost(probe.column),
}
"""The bad rows of checks whose probe does not say itself which they are."""
