"""Words of rules: named as screens show them, and refused where nobody has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from tests.act.conftest import fill_shop

from quanyu.errors import RuleError
from quanyu.rule import meant_rule
from quanyu.workspace import Workspace

UNDERSTOOD = {
    "group = 重要价值客户": "group = champions",
    "group = Champions": "group = champions",
    "group = CHAMPIONS": "group = champions",
    "group in 重要价值客户, lost; frequency >= 2": "group in champions, lost; frequency >= 2",
    "group != 一般挽留客户": "group != lost",
    "life_cycle = 流失": "life_cycle = lost",
    "frequency > 2": "frequency > 2",
    "group = new and frequency >= 2.0": "group = new and frequency >= 2.0",
    "": "",
}
NEAREST = {
    "group = chmpions": "Did you mean champions?",
    "group = 重要价值客": "Did you mean 重要价值客户",
    "life_cycle = matur": "Did you mean mature?",
    "group in lost, chmpions": "Did you mean champions?",
    "life_cycle != xyz": "Known are: lost, mature.",
}


@pytest.fixture
def shop(make_workspace: Callable[..., Any]) -> Workspace:
    ws: Workspace = fill_shop(make_workspace(), 20)
    people = {"person_id": [f"p{i:06d}" for i in range(20)], "as_of": [ws.today()] * 20}
    lives = {"life_cycle": ["lost", "mature"] * 10}
    ws.warehouse.replace("portraits", pa.table(people | lives), by="understand")
    return ws


def test_words_are_named_as_screens_show_them(shop: Workspace) -> None:
    for written, understood in UNDERSTOOD.items():
        assert meant_rule(written, shop.warehouse.table, shop.warehouse.read) == understood


def test_a_word_that_nobody_has_is_refused_with_the_nearest(shop: Workspace) -> None:
    for written, said in NEAREST.items():
        with pytest.raises(RuleError) as refused:
            meant_rule(written, shop.warehouse.table, shop.warehouse.read)
        assert said in str(refused.value), written
