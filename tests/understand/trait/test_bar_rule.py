from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from tests.conftest import written_by

from quanyu.rule import Asking, members, parse
from quanyu.understand.people_list import Whom, count
from quanyu.understand.purchase import purchases
from quanyu.understand.trait.bar_rule import bar_rule
from quanyu.understand.trait.profile import Bar, distribution
from quanyu.workspace import Workspace


@pytest.fixture
def crowd(workspace: Workspace) -> Workspace:
    n = 40
    table = {
        "person_id": [f"p{k:02d}" for k in range(n)],
        "as_of": [dt.date(2026, 7, 1)] * n,
        "life_cycle": ["growth" if k % 4 else None for k in range(n)],
        "n_orders": [k % 9 for k in range(n - 1)] + [500],
    }
    written = written_by(workspace).warehouse
    written.replace("portraits", pa.table(table), by="understand")
    written.replace("people", pa.table({"person_id": table["person_id"]}), by="collect")
    return workspace


@pytest.mark.parametrize("trait", ["life_cycle", "n_orders"])
def test_every_bar_holds_as_many_people_as_its_rule_finds(crowd: Workspace, trait: str) -> None:
    bars = distribution(crowd, trait).bars
    for place, bar in enumerate(bars):
        rule = bar_rule(trait, bar, (place == 0, place == len(bars) - 1))
        assert count(crowd, Whom(rule)) == bar.n_people, bar


def test_a_rule_without_conditions_finds_everybody(crowd: Workspace) -> None:
    assert (
        crowd.warehouse.read(members(parse(" ; "), Asking.of(crowd, dt.date(2026, 7, 1))).count())
        .column(0)[0]
        .as_py()
        == 40
    )


def test_a_value_that_could_be_read_as_more_stands_in_quotes() -> None:
    assert bar_rule("city", Bar("a; b", 3)) == 'city = "a; b"'


def test_orders_of_a_person_newest_first(workspace: Workspace) -> None:
    at = [dt.datetime(2026, 6, day, tzinfo=dt.UTC) for day in (1, 3, 2)]
    orders = {
        "order_id": ["a", "b", "c"],
        "source": ["s"] * 3,
        "id_key": ["k:1", "k:2", "k:3"],
        "ordered_at": at,
        "status": ["paid"] * 3,
    }
    written = written_by(workspace).warehouse
    written.replace("orders", pa.table(orders), by="collect")
    identities = {"id_key": ["k:1", "k:2", "k:3"], "kind": ["k"] * 3, "person_id": ["p1", "p1", "p2"]}
    written.replace("identities", pa.table(identities), by="collect")
    assert [one.order_id for one in purchases(workspace, "p1")] == ["b", "a"]
    assert purchases(workspace, "nobody") == []
