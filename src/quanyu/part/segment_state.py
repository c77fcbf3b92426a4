"""Segments that may be sent to: those whose members were worked out for the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from quanyu import ledger
from quanyu.errors import SegmentError
from quanyu.nearest import did_you_mean
from quanyu.workspace import Workspace


def require_fresh(ws: Workspace, names: Iterable[str], as_of: dt.date) -> None:
    """Raise `SegmentError` if a segment is not there, or its members are not those of its rule on the day."""
    listed = {segment.segment_id: segment for segment in ledger.list_segments(ws.ledger)}
    for name in names:
        if name not in listed:
            raise unknown_segment(name, listed)
        segment = listed[name]
        state = segment.state(as_of, ws.warehouse.version("identities"))
        if state == "failed":
            raise SegmentError(
                "The segment {name!r} failed: {fault}",
                "Mend its rule, then: quanyu run",
                name=name,
                fault=segment.fault,
            )
        if state != "fresh":
            raise SegmentError(
                "The members of the segment {name!r} are not those of {day}: it was worked out last for {last}.",
                "Do a turn first: quanyu run",
                name=name,
                day=as_of,
                last=segment.good_on or "-",
            )


def unknown_segment(name: str, known: Iterable[str]) -> SegmentError:
    """Return what to say of a segment that is not there."""
    near = did_you_mean(name, known)
    return SegmentError(
        "There is no segment {name!r}.",
        "{near} All of them: quanyu segment list" if near else "All of them: quanyu segment list",
        name=name,
        near=near,
    )
