"""How many a rule reaches is told of what is there only."""

from __future__ import annotations

import pytest

from quanyu import ledger
from quanyu.act.reach import REACH
from quanyu.errors import SegmentError
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace


def test_a_rule_that_names_no_segment_that_is_there_finds_nobody_and_says_so(embedded: Workspace) -> None:
    ledger.save_segment(embedded.ledger, "vip", "bought >= 5 times", "", who="li", at=embedded.now())
    assert perform(embedded, REACH, {"rule": "in segment vip"}, Caller("li")).n_people == 0
    with pytest.raises(SegmentError, match="Did you mean 'vip'"):
        perform(embedded, REACH, {"rule": "bought and not in segment vp"}, Caller("li"))
