"""Pulls that are killed: wherever that is, the next one goes on, and nothing is lost or stands twice."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

import pytest
from tests.collect.pull.shop import Database, source_of, taken

from quanyu import ledger
from quanyu.collect.pull import pull

KILLED = """
from pathlib import Path
import signal
import quanyu
from quanyu import ledger
from quanyu.collect.pull import pull, pulling, read_source

root, file, name, turn, is_after = sys.argv[1:]
place = ledger if name == "keep_pull" else pulling
do, n_done = getattr(place, name), 0

def dying(*given, **named):
    global n_done
    n_done += 1
    result = do(*given, **named) if is_after == "after" or n_done < int(turn) else None
    if n_done == int(turn):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(place, name, dying)
pull(quanyu.open(root), read_source(Path(file)))
"""
"""Pulls, and is killed before or after the given turn of a function: of writing a batch, loading it, keeping its position."""


@pytest.fixture
def shop():
    with tempfile.TemporaryDirectory(prefix="quanyu-pull-") as folder:
        yield Database(Path(folder) / "shop.db")


def test_killed_at_every_boundary_nothing_is_lost_or_twice(embedded, shop, tmp_path, start_apart) -> None:
    shop.put(*((f"A{n}", n, n) for n in range(6)))
    source = source_of(tmp_path, f"sqlite:///{shop.file}", batch=2)
    embedded.ledger.close()
    reached = []
    for name, turn, when in (
        ("write", 1, "after"),
        ("load", 1, "after"),
        ("keep_pull", 1, "after"),
        ("keep_pull", 2, "before"),
    ):
        apart = start_apart(KILLED, str(embedded.root), str(tmp_path / "shop.toml"), name, str(turn), when)
        assert apart.end() == -signal.SIGKILL
        state = ledger.find_pull(embedded.ledger, "shop")
        reached.append(None if state is None or not state.position else state.position["at"][-1])
    assert reached == [None, None, "A1", "A3"]
    done = pull(embedded, source)
    assert done.n_rows == 4, "the batch whose position was not kept, and what may have come late"
    assert taken(embedded) == {f"A{n}": f"{n}.00" for n in range(6)}
    assert not list(embedded.path("pulling").glob("*/*")), "no rows stay behind"
