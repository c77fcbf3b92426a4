from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from quanyu.errors import ColumnError
from quanyu.understand.purchase import purchases
from quanyu.understand.trait.bar_people import bar_people
from quanyu.understand.trait.profile import distribution
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
    workspace.warehouse.replace("portraits", pa.table(table), by="understand")
    return workspace


@pytest.mark.parametrize("trait", ["life_cycle", "n_orders"])
def test_every_bar_holds_as_many_people_as_it_says(crowd: Workspace, trait: str) -> None:
    found = distribution(crowd, trait)
    last = len(found.bars) - 1
    for place, bar in enumerate(found.bars):
        assert len(bar_people(crowd, trait, bar, (place == 0, place == last))) == bar.n_people, bar


def test_an_unknown_trait_is_refused(crowd: Workspace) -> None:
    with pytest.raises(ColumnError, match="nothing"):
        bar_people(crowd, "nothing", distribution(crowd, "life_cycle").bars[0])


def test_orders_of_a_person_newest_first(workspace: Workspace) -> None:
    at = [dt.datetime(2026, 6, day, tzinfo=dt.UTC) for day in (1, 3, 2)]
    orders = {
        "order_id": ["a", "b", "c"],
        "source": ["s"] * 3,
        "id_key": ["k:1", "k:2", "k:3"],
        "ordered_at": at,
        "status": ["paid"] * 3,
    }
    workspace.warehouse.replace("orders", pa.table(orders), by="collect")
    identities = {"id_key": ["k:1", "k:2", "k:3"], "kind": ["k"] * 3, "person_id": ["p1", "p1", "p2"]}
    workspace.warehouse.replace("identities", pa.table(identities), by="collect")
    assert [one.order_id for one in purchases(workspace, "p1")] == ["b", "a"]
    assert purchases(workspace, "nobody") == []
