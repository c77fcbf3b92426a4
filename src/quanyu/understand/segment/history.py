"""How large a segment was, day by day."""

from __future__ import annotations

import datetime as dt
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
    sizes = ws.warehouse.table("segment_sizes")
    rows = ws.warehouse.read(sizes.filter(sizes.segment_id == segment_id).order_by("as_of")).to_pylist()
    return tuple(
        Size(row["as_of"], row["version"], row["n_people"], row["n_entered"], row["n_left"]) for row in rows
    )
