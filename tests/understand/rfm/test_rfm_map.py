from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from tests.conftest import written_by

from quanyu.understand.rfm.rfm_map import rfm_map
from quanyu.workspace import Workspace


@pytest.fixture
def buyers(workspace: Workspace) -> Workspace:
    rows = [
        ("p1", 3, 5, 900, 2, 2, "champions"),
        ("p2", 9, 1, 50, 1, 1, "lost"),
        ("p3", 4, 4, 50, 2, 1, "champions"),
    ]
    columns = list(zip(*rows, strict=True))
    names = ("person_id", "recency_days", "frequency", "monetary_amount", "r_score", "f_score", "group")
    table = {name: list(values) for name, values in zip(names, columns, strict=True)}
    table |= {"m_score": [1, 1, 1], "fit_id": ["f"] * 3, "as_of": [dt.date(2026, 7, 1)] * 3}
    written = written_by(workspace).warehouse
    written.replace("rfm", pa.table(table), by="understand")
    people = {"person_id": ["p1", "p2"], "region": ["浙江", None], "member_tier": ["金卡", None]}
    written.replace("people", pa.table(people), by="collect")
    return workspace


def test_the_map_adds_up(buyers: Workspace) -> None:
    found = rfm_map(buyers)
    assert (found.n_people, found.best, found.as_of, len(found.groups)) == (3, 2, dt.date(2026, 7, 1), 8)
    champions = found.groups[0]
    assert (champions.n_people, champions.monetary_amount, champions.money_share) == (2, 950.0, 0.95)
    assert sum(one.n_people for one in found.groups) == sum(cell.n_people for cell in found.cells) == 3
    assert sum(one.people_share for one in found.groups) == pytest.approx(1)


def test_nobody_has_bought(workspace: Workspace) -> None:
    found = rfm_map(workspace)
    assert (found.n_people, found.cells, found.as_of) == (0, (), None)
