"""Rows that went and came since a version make the one out of the other; of one merge they are few."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from quanyu.warehouse import Warehouse
from quanyu.workspace import Workspace


def stores(draw: random.Random, n: int) -> pa.Table:
    keys = draw.sample(range(30), n)
    return pa.table({"store_id": [f"s{key}" for key in keys], "region": [draw.choice("ab") for _ in keys]})


def rows(warehouse: Warehouse, table: Any) -> Counter[tuple[str, str]]:
    told = warehouse.read(table.select("store_id", "region")).to_pylist()
    return Counter((row["store_id"], row["region"]) for row in told)


def moved(warehouse: Warehouse, since: int) -> tuple[Counter[Any], Counter[Any]]:
    """Return what moved, after holding it against the versions."""
    sides = warehouse.moved("stores", since)
    assert sides
    gone, come = (rows(warehouse, side) for side in sides)
    before, now = (rows(warehouse, warehouse.table("stores", version)) for version in (since, None))
    gone_less = Counter(before)
    gone_less.subtract(gone)
    gone_less.update(come)
    assert +gone_less == now and not -gone_less
    return gone, come


def done(warehouse: Warehouse, draw: random.Random) -> Iterator[int]:
    """Do something to the stores again and again, and yield the version."""
    yield warehouse.append("stores", stores(draw, 12), by="collect").version
    while True:
        what = draw.choice(["append", "merge", "merge", "exchange", "delete", "replace"])
        some = stores(draw, draw.randint(1, 4))
        if what == "merge":
            warehouse.merge("stores", some, by="collect")
        elif what == "exchange":
            gone = warehouse.table("stores").filter(lambda t: t.store_id == f"s{draw.randrange(30)}")
            warehouse.merge("stores", some, by="collect", gone=gone)
        elif what == "delete":
            key = f"s{draw.randrange(30)}"
            warehouse.delete("stores", lambda t, key=key: t.store_id == key, by="collect")
        else:
            getattr(warehouse, what)("stores", some, by="collect")
        yield warehouse.version("stores")


@pytest.mark.parametrize("seed", range(4))
def test_what_moved_makes_one_version_out_of_another(make_workspace: Any, seed: int) -> None:
    warehouse, draw = make_workspace("duckdb").warehouse, random.Random(seed)
    versions = list[int]()
    for version, _ in zip(done(warehouse, draw), range(9), strict=False):
        versions.append(version)
        for since in versions[-3:]:
            moved(warehouse, since)


def test_a_merge_tells_which_rows_it_changed(workspace: Workspace) -> None:
    warehouse = workspace.warehouse
    first = pa.table({"store_id": ["a", "b", "c"], "region": ["x", "x", "x"]})
    since = warehouse.append("stores", first, by="collect").version
    warehouse.merge("stores", pa.table({"store_id": ["b", "d"], "region": ["y", "y"]}), by="collect")
    assert moved(warehouse, since) == (Counter({("b", "x"): 1}), Counter({("b", "y"): 1, ("d", "y"): 1}))
    assert warehouse.operations("stores", since) == {"merge"} and warehouse.operations("stores", -1) is None
    warehouse.append("stores", pa.table({"store_id": ["e"], "region": ["x"]}), by="collect")
    assert moved(warehouse, since)[1].total() == 3, "what is only added is told beside it"
    assert warehouse.operations("stores", since) == {"merge", "append"}


def test_rows_that_change_to_and_fro_are_told_by_files(make_workspace: Any) -> None:
    """Of several merges each row may be among those that went and those that came, though it is another in the end."""
    warehouse = make_workspace("duckdb").warehouse
    first = pa.table({"store_id": ["a", "b"], "region": ["x", "x"]})
    since = warehouse.append("stores", first, by="collect").version
    for region in "yxy":
        warehouse.merge("stores", pa.table({"store_id": ["a"], "region": [region]}), by="collect")
    gone, come = moved(warehouse, since)
    assert set(gone) - set(come) == {("a", "x")} and set(come) - set(gone) == {("a", "y")}


def test_what_a_merge_told_goes_with_the_versions_it_tells_of(make_workspace: Any) -> None:
    """Nothing of rows that went is left once nothing is kept: erasing relies on it."""
    warehouse = make_workspace("duckdb").warehouse
    since = warehouse.append("stores", stores(random.Random(1), 30), by="collect").version
    warehouse.merge("stores", pa.table({"store_id": ["s1"], "region": ["z"]}), by="collect")
    told = warehouse.folder("stores") / "changes"
    warehouse.vacuum("stores", keep_days=1)
    assert len([*told.iterdir()]) == 2
    warehouse.vacuum("stores")
    assert not [*told.iterdir()] and warehouse.moved("stores", since) is None


def test_a_merge_of_most_of_a_table_is_told_by_its_files(make_workspace: Any) -> None:
    """An export from the beginning, loaded again and again, is not written twice more each time."""
    warehouse = make_workspace("duckdb").warehouse
    names = [f"s{n}" for n in range(3_000)]
    since = warehouse.append(
        "stores", pa.table({"store_id": names, "region": ["x"] * 3_000}), by="collect"
    ).version
    most = pa.table({"store_id": names[:2_000], "region": ["y"] + ["x"] * 1_999})
    warehouse.merge("stores", most, by="collect")
    assert not (warehouse.folder("stores") / "changes").exists()
    gone, come = moved(warehouse, since)
    assert (set(gone) - set(come), set(come) - set(gone)) == ({("s0", "x")}, {("s0", "y")})
