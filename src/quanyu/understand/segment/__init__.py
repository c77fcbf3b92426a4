"""Segments: whom a rule holds, kept from turn to turn, with who came and went, how they overlap and what sets them apart."""

from quanyu.understand.segment.overlap import Overlap, overlaps
from quanyu.understand.segment.profile import Trace, profile
from quanyu.understand.segment.segment import ADD, DROP, EXPLAIN

__all__ = ["ADD", "DROP", "EXPLAIN", "Overlap", "Trace", "overlaps", "profile"]
