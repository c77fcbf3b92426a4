"""Records that are no rows: each is left out by a rule that is named and counted, neither taken nor refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quanyu.text import Text

TOTAL: Text = "totals line"
BLANK: Text = "blank line"
COMMENT: Text = "comment line"
REPEATED: Text = "repeated header"
ABOVE: Text = "line above the header"
EXPLAINED: Text = "explanation of the header"
NO_TABLE: Text = "line of a sheet without a table"
HIDDEN: Text = "line of a hidden sheet"
FAR: Text = "line far from the table"

TOTALS = ("总计", "合计", "小计", "汇总", "Total", "Totals", "Grand total")
MARKED = 2
"""A totals row says so in one of the first columns."""
_EMPTY = " \t\r\n\x00\x1a\u3000\xa0\ufeff"
_COMMENT = re.compile(r"\s*(?:#(?!\s*\d)|[-=*_~—]{3,}\s*$)")


def is_blank(cells: Sequence[str]) -> bool:
    """Say whether no cell says anything; DOS ends a file with a mark that is none either."""
    return not any(cell.strip(_EMPTY) for cell in cells)


def rule_of_ragged(cells: Sequence[str], totals: Sequence[str] = TOTALS) -> str:
    """Return the rule that leaves out a record with too few or too many cells, "" where it is a row.

    >>> rule_of_ragged(["合计：", "3"]), rule_of_ragged(["#-----end-----"]), rule_of_ragged(["#1001", "x"])
    ('totals line', 'comment line', '')
    """
    if is_blank(cells):
        return BLANK
    words = [cell.strip(" \t'\"=").rstrip(":：").strip() for cell in cells[: MARKED + 1]]
    if any(word in totals or word.startswith("Total:") for word in words):
        return TOTAL
    return COMMENT if _COMMENT.match(cells[0]) else ""
