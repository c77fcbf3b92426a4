"""Two machines that drain the same logs, and one of them dies between any two steps: each event is there once."""

from __future__ import annotations

import signal

import pytest

from quanyu.collect.collector.drain import waiting_bytes

from .test_drain import bury, ids, posts

DRAINS = """
import datetime as dt, os, signal, sys
import quanyu.workspace
from quanyu.collect.collector.drain import draining
from quanyu.collect.collector.log import Entry
from quanyu.warehouse.delta import delta
from tests.collect.collector.drain.conftest import read

root, at, stop = sys.argv[1], sys.argv[2], int(sys.argv[3])
step = 0

def passed():
    global step
    step += 1
    if step == stop:
        os.kill(os.getpid(), signal.SIGKILL)

def around(owner, name):
    real = getattr(owner, name)
    def stepped(*given, **more):
        passed()
        made = real(*given, **more)
        passed()
        return made
    setattr(owner, name, stepped)

for owner, name in ((delta, "commit"), (draining.pq, "write_table"), (Entry, "blank"), (draining, "again")):
    around(owner, name)
for _ in range(3):  # as on a machine of its own, whose locks the other does not see
    ws = quanyu.workspace.open(root, clock=lambda: dt.datetime.fromisoformat(at))
    draining.drain_inside(ws, read, draining.judge_of(ws))
    ws.close()
"""


@pytest.mark.parametrize("stop", (1, 2, 4, 6, 8, 10, 12))
def test_two_processes_drain_at_once_and_one_dies(
    post, embedded, brought, rows, *, start_apart, stop
) -> None:
    bury(embedded, "user:gone-person")
    for n in range(1, 4):
        posts(post, n)
    words = str(embedded.root), embedded.now().isoformat()
    dying, other = start_apart(DRAINS, *words, str(stop)), start_apart(DRAINS, *words, "0")
    posts(post, 4)
    assert dying.end() in (-signal.SIGKILL, 0), "which of the two has something left to do is chance"
    assert other.end() == 0
    brought()
    told = ids(rows)
    assert {name: n for name, n in told.items() if n != 1} == {}
    assert set(told) >= {f"m{n}.1" for n in range(1, 5)}
    assert sorted(row["name"] for row in rows("members")) == [f"李{n}" for n in range(1, 5)]
    assert len(rows("rejects")) == 2 * 4
    assert waiting_bytes(embedded) == 0
