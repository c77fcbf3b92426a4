from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from quanyu import ledger
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
    ledger.save_segment(ws.ledger, "vip", "frequency >= 5", "", who="li", at=ws.now())
    assert cache.stamp() != later


def test_the_cache_forgets_the_oldest(make_workspace: Callable[..., Workspace]) -> None:
    cache = Cache(make_workspace(), size=2)
    stamp = cache.stamp()
    for mark in ("a", "b", "c"):
        cache.ask(stamp, n_stores, mark)
    assert [cache.knows(stamp, n_stores, mark) for mark in ("a", "b", "c")] == [False, True, True]


def test_who_asks_while_another_reads_waits_for_that_answer(make_workspace: Callable[..., Workspace]) -> None:
    cache, begun, go = Cache(make_workspace()), threading.Event(), threading.Event()
    stamp, n_reads = cache.stamp(), []

    def slowly(ws: Workspace) -> int:
        n_reads.append(1)
        begun.set()
        assert go.wait(10)
        return 7

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.ask, stamp, slowly)
        assert begun.wait(10)
        second = pool.submit(cache.ask, stamp, slowly)
        go.set()
        assert [first.result(10), second.result(10)] == [7, 7]
    assert len(n_reads) == 1
