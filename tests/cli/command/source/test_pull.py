"""`quanyu pull`: once, by name, again and again until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collect.pull.shop import Database, source_of

from quanyu import ledger
from quanyu.workspace import Workspace


@pytest.fixture
def shop() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="quanyu-pull-") as folder:
        yield Database(Path(folder) / "shop.db")


def test_a_pull_says_what_it_did_and_what_is_wrong(
    command, embedded: Workspace, shop: Database, tmp_path: Path
) -> None:
    shop.put(("A", 1, 1), ("B", "many", 2))
    source_of(tmp_path, f"sqlite:///{shop.file}")
    root = ("--workspace", str(embedded.root))
    said = command("pull", str(tmp_path / "shop.toml"), "--once", *root)
    assert said.code == 0, said
    assert "orders +1 ~0 =0" in said.out and "refused 1" in said.out
    (embedded.root / "pulls").mkdir()
    source_of(embedded.root / "pulls", f"sqlite:///{shop.file}")
    again = command("pull", "--once", "--anew", "--json", *root)
    assert json.loads(again.out)["changes"]["orders"]["same"] == 1
    wrong = command("pull", "shpo", "--once", *root)
    assert wrong.code == 26 and "Did you mean 'shop'?" in wrong.err
    (tmp_path / "other.toml").write_text(
        'layout = "orders"\nurl = "mysql://a:${NOT_SET}@h/d"\ntable = "x"\n', encoding="utf-8"
    )
    unset = command("pull", str(tmp_path / "other.toml"), "--once", *root)
    assert unset.code == 2 and "line 2" in unset.err and "the variable NOT_SET is not set" in unset.err


def test_it_goes_on_until_it_is_told_to_stop(
    command, embedded: Workspace, shop: Database, tmp_path: Path
) -> None:
    shop.put(("A", 1, 1))
    source_of(tmp_path, f"sqlite:///{shop.file}", pause=0.1)
    seen: list[int] = []

    def n_rows() -> int:
        state = ledger.find_pull(embedded.ledger, "shop")
        return state.n_rows if state else 0

    def watch() -> None:
        for wanted in (1, 2):
            end = time.monotonic() + 60
            while n_rows() < wanted and time.monotonic() < end:
                time.sleep(0.05)
            seen.append(n_rows())
            shop.put(("B", 2, 30))
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch)
    watcher.start()
    said = command("pull", str(tmp_path / "shop.toml"), "--workspace", str(embedded.root))
    watcher.join()
    assert said.code == 0, said
    assert seen[0] == 1 and seen[1] >= 2
    assert embedded.warehouse.count("orders") == 2
