"""A command imports what it needs and nothing that costs much beside it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import quanyu.workspace
from quanyu import loop

AT = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)

OPEN = ("pandas", "pyspark", "nicegui", "scipy", "quanyu.loop", "quanyu.world")
"""What a command that only reads a workspace needs none of."""
NEVER: dict[tuple[str, ...], tuple[str, ...]] = {
    ("--help",): ("numpy", "pyarrow", "ibis", "duckdb", "sqlalchemy", "pydantic", *OPEN),
    ("layouts",): ("duckdb", "sqlalchemy", "deltalake", *OPEN),
    ("tables",): ("ibis.backends.duckdb", *OPEN),
    ("sql", "SELECT count(*) AS n FROM orders"): OPEN[1:],
    ("decisions",): ("ibis.backends.duckdb", *OPEN),
    ("run", "--explain"): ("pyspark", "nicegui", "scipy.stats", "scipy.signal", "quanyu.world"),
}
PROGRAM = """
import json, sys
from quanyu.cli.main import app
try:
    app()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


IDLE = (
    "pandas", "pyspark", "nicegui", "ibis.backends.duckdb",
    *(f"scipy.{part}" for part in ("special", "sparse", "optimize", "interpolate", "linalg")),
)  # fmt: skip
"""What a turn with nothing new needs none of: it asks no engine and solves nothing."""


def imported(root: Path, *words: str) -> set[str]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM, *words], cwd=root, capture_output=True, check=True)
    return set(json.loads(ran.stderr))


@pytest.mark.parametrize("words", NEVER, ids=lambda words: words[0])
def test_a_command_imports_what_it_needs(words: tuple[str, ...], tmp_path: Path) -> None:
    root = tmp_path / "shop"
    quanyu.workspace.create(root).close()
    assert not imported(root, *words) & set(NEVER[words])


def test_a_turn_with_nothing_new_asks_no_engine(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    ws = quanyu.workspace.create(root)
    ws.warehouse.append(
        "orders",
        pa.table({"order_id": ["o1"], "source": ["t"], "ordered_at": [AT], "status": ["paid"]}),
        by="collect",
    )
    assert "done" in {step.status for step in loop.run(ws)}
    ws.close()
    assert not imported(root, "run") & set(IDLE)


def test_serve_needs_little_before_it_says_what_it_does() -> None:
    program = "import json, sys, quanyu.cli.command.serve; print(json.dumps(sorted(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"ibis", "duckdb", "numpy", "pyarrow", "sqlalchemy", "nicegui"} & set(json.loads(told.stdout))
