"""How large a segment was, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Size:
    """A segment as of a day: its people, and how many came and went since the day before it was worked out."""

    as_of: dt.date
    version: int
    n_people: int
    n_entered: int
    n_left: int


def segment_history(ws: Workspace, segment_id: str) -> tuple[Size, ...]:
    """Return the sizes of a segment, the oldest first."""
    return histories(ws, (segment_id,)).get(segment_id, ())


def histories(ws: Workspace, names: Iterable[str]) -> dict[str, tuple[Size, ...]]:
    """Return the sizes of segments, the oldest first; one that was never worked out is left out."""
    sizes, told = ws.warehouse.table("segment_sizes"), dict[str, tuple[Size, ...]]()
    rows = ws.warehouse.read(sizes.filter(sizes.segment_id.isin([*names])).order_by("as_of")).to_pylist()
    for row in rows:
        size = Size(row["as_of"], row["version"], row["n_people"], row["n_entered"], row["n_left"])
        told[row["segment_id"]] = (*told.get(row["segment_id"], ()), size)
    return told
