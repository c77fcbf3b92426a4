"""Segments: whom a rule holds, kept from turn to turn, with who came and went, how they overlap and what sets them apart."""

from quanyu.understand.segment.overlap import overlaps
from quanyu.understand.segment.segment import ADD, DROP, EXPLAIN, SHOW, segment_states

__all__ = ["ADD", "DROP", "EXPLAIN", "SHOW", "overlaps", "segment_states"]
