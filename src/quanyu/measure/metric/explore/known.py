"""What a metric can be looked at by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from quanyu.measure.metric.explore.cross import DIMENSIONS, is_crossed
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Known:
    """What a metric can be looked at by: its dimensions, each with its slices, the largest first.

    `has_pairs` says whether two dimensions at once can be told.
    """

    slices: Mapping[str, tuple[str, ...]]
    has_pairs: bool


def known_slices(ws: Workspace, name: str) -> Known:
    """Return the dimensions and slices that `metrics` keeps a metric by."""
    rows = ws.warehouse.table("metrics")
    rows = rows.filter(rows.metric == name, rows.grain == "month", rows.dimension != "all")
    sizes = rows.group_by("dimension", "slice").agg(size=rows.numerator.sum())
    listed = ws.warehouse.read(sizes.order_by(ibis.desc("size"), "slice")).to_pylist()
    by_size = {
        dimension: tuple(row["slice"] for row in listed if row["dimension"] == dimension)
        for dimension in DIMENSIONS
    }
    return Known({dimension: parts for dimension, parts in by_size.items() if parts}, is_crossed(name))
