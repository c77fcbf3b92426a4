"""From cells to rows of tables: every cell read once, every row judged."""

from quanyu.collect.rows import linking
from quanyu.collect.rows.check import TOLERANCE
from quanyu.collect.rows.continuation import CONTINUES, can_continue, continued, of_heads
from quanyu.collect.rows.fill import filled
from quanyu.collect.rows.gather import gather, lines_of, spread, without_late_defaults
from quanyu.collect.rows.parse import (
    LINE,
    ODD,
    REASON,
    SKIP,
    Setting,
    counted,
    parse,
    records,
    unread_header,
)
from quanyu.collect.rows.shape import Page, is_id
from quanyu.collect.rows.style import evidence, figured, styles

__all__ = [
    "CONTINUES",
    "LINE",
    "ODD",
    "REASON",
    "SKIP",
    "TOLERANCE",
    "Page",
    "Setting",
    "can_continue",
    "continued",
    "counted",
    "evidence",
    "figured",
    "filled",
    "gather",
    "is_id",
    "lines_of",
    "linking",
    "of_heads",
    "parse",
    "records",
    "spread",
    "styles",
    "unread_header",
    "without_late_defaults",
]
