"""Segments: their definitions, versions and states."""

from quanyu.ledger.segment.segment import (
    Segment,
    Worked,
    drop_segment,
    list_segments,
    mark_segments,
    save_segment,
)

__all__ = ["Segment", "Worked", "drop_segment", "list_segments", "mark_segments", "save_segment"]
