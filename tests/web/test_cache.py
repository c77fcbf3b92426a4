from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from quanyu.web.cache import Cache
from quanyu.workspace import Workspace

ASKED: list[str] = []


def n_stores(ws: Workspace, mark: str) -> int:
    ASKED.append(mark)
    return ws.warehouse.count("stores")


def test_an_answer_is_kept_until_any_table_changes(make_workspace: Callable[..., Workspace]) -> None:
    ws, cache = make_workspace(), None
    cache = Cache(ws)
    ASKED.clear()
    stamp = cache.stamp()
    assert not cache.knows(stamp, n_stores, "a")
    assert [cache.ask(stamp, n_stores, "a") for _ in range(2)] == [0, 0]
    assert cache.ask(stamp, n_stores, "b") == 0
    assert ASKED == ["a", "b"]
    ws.warehouse.replace("stores", pa.table({"store_id": ["s1"]}), by="collect")
    later = cache.stamp()
    assert later != stamp
    assert cache.ask(later, n_stores, "a") == 1


def test_the_cache_forgets_the_oldest(make_workspace: Callable[..., Workspace]) -> None:
    cache = Cache(make_workspace(), size=2)
    stamp = cache.stamp()
    for mark in ("a", "b", "c"):
        cache.ask(stamp, n_stores, mark)
    assert [cache.knows(stamp, n_stores, mark) for mark in ("a", "b", "c")] == [False, True, True]
