"""A command imports what it needs and nothing that costs much beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import quanyu.workspace

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


@pytest.mark.parametrize("words", NEVER, ids=lambda words: words[0])
def test_a_command_imports_what_it_needs(words: tuple[str, ...], tmp_path: Path) -> None:
    root = tmp_path / "shop"
    quanyu.workspace.create(root).close()
    ran = subprocess.run([sys.executable, "-c", PROGRAM, *words], cwd=root, capture_output=True, check=True)
    imported = set(json.loads(ran.stderr))
    assert not imported & set(NEVER[words])
