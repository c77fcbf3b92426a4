"""Who is in which segment, who came and went, and how large segments were. Owned by the stage understand."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.text import Text

CHANGES: tuple[Text, ...] = ("entered", "left")
"""What happens between a person and a segment."""

_SEGMENT = C("segment_id", "text", "人群", "Segment", is_required=True)
_PERSON = C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym")
_AS_OF = C("as_of", "day", "截至", "As of", is_required=True)

SEGMENT_MEMBERS = Table(
    "segment_members", "understand", "人群成员", "Segment members", "person and segment", ("segment_id", "person_id"),
    (
        _SEGMENT,
        _PERSON,
        C("entered_at", "time", "进入时间", "Entered at", note="since when without a break"),
        _AS_OF,
    ),
)  # fmt: skip

SEGMENT_CHANGES = Table(
    "segment_changes", "understand", "人群进出", "Segment entries and exits", "entry or exit",
    ("segment_id", "person_id", "changed_at"),
    (
        _SEGMENT,
        _PERSON,
        C("change", "text", "变化", "Change", is_required=True, allowed=CHANGES),
        C("changed_at", "time", "时间", "Changed at", is_required=True),
        _AS_OF,
    ),
    time="changed_at", is_append_only=True,
)  # fmt: skip

SEGMENT_SIZES = Table(
    "segment_sizes", "understand", "人群规模", "Segment sizes", "segment and day", ("segment_id", "as_of"),
    (
        _SEGMENT,
        _AS_OF,
        C("version", "integer", "版本", "Version", low=1, note="of the segment's definition"),
        C("n_people", "integer", "人数", "People", is_required=True, low=0, unit="person"),
        C("n_entered", "integer", "进入", "Entered", is_required=True, low=0, unit="person"),
        C("n_left", "integer", "离开", "Left", is_required=True, low=0, unit="person"),
    ),
)  # fmt: skip

SEGMENTED = (SEGMENT_MEMBERS, SEGMENT_CHANGES, SEGMENT_SIZES)
