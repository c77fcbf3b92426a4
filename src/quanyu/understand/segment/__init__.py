"""Segments: whom a rule holds, kept from turn to turn, with who came and went, how they overlap and what sets them apart."""

from quanyu.understand.segment.drafts import Draft, read_drafts
from quanyu.understand.segment.overlap import overlaps
from quanyu.understand.segment.segment import ACTIONS, segment_states

__all__ = ["ACTIONS", "Draft", "overlaps", "read_drafts", "segment_states"]
