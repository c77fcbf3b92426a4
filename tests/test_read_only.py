"""What only looks at a workspace writes nothing there: it may lie on a disk that is read only."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from quanyu import loop
from quanyu.collect.load.load import load
from quanyu.tables import contract
from quanyu.workspace import Workspace

WRITING = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.truncate",
    "os.link",
    "os.symlink",
    "os.utime",
)
ORDERS = (
    "order_id,id_key,ordered_at,status,paid_amount,currency\n"
    "1,user:a,2024-06-01 10:00:00,completed,100,USD\n"
    "2,user:b,2024-06-01 10:00:00,completed,10000,JPY\n"
)
RATES = "on,currency,into,rate\n2024-06-01,USD,CNY,7.2\n"
closed: list[Path] = []
"""Folders in which nothing may be written now; a hook of Python's stays for good, so it asks here."""


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if not closed or not (
        event in WRITING or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    ):
        return
    path = os.fsdecode(args[0]) if isinstance(args[0], (str, bytes, os.PathLike)) else ""
    if any(Path(path).is_relative_to(folder) for folder in closed):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)


sys.addaudithook(_refuse)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Refuse what Python would write in a folder, and look for what others wrote there."""
    before = _stamps(folder)
    closed.append(folder)
    try:
        yield
    finally:
        closed.remove(folder)
    assert _stamps(folder) == before


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    found = {str(path): path.stat() for path in folder.rglob("*")}
    return {
        path: (stat.st_mtime_ns, stat.st_size) for path, stat in found.items() if not path.endswith("-shm")
    }


def test_a_turn_is_explained_without_writing(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    ws = make_workspace()
    orders, rates = tmp_path / "orders.csv", tmp_path / "fx_rates.csv"
    orders.write_text(ORDERS, encoding="utf-8")
    rates.write_text(RATES, encoding="utf-8")
    load(ws, [orders, rates])

    def currency() -> str:
        with read_only(ws.root):
            return next(one.why for one in loop.explain(ws) if one.step.name == "currency")

    assert currency() == loop.FRESH
    corrected = [{"on": dt.date(2024, 6, 1), "currency": "USD", "into": "CNY", "rate": 7.5}]
    schema = contract("fx_rates").schema.to_pyarrow()
    ws.warehouse.replace("fx_rates", pa.Table.from_pylist(corrected, schema=schema), by="collect")
    assert currency() == "rates for orders are known now or have changed"
