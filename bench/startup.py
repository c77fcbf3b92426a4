"""What commands cost before they do anything: `python -m bench.startup`.

CPU seconds (user and system, children included), the least of five runs, and their ratio to those of a Python that
imports what any program of this kind imports: NumPy, PyArrow, Ibis, SQLAlchemy and Pydantic.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

RUNS = 5
PEER = "import numpy, pyarrow, ibis, sqlalchemy, pydantic"
PROGRAM = "from quanyu.cli.main import app; app()"
COMMANDS = (
    ("--help",), ("layouts",), ("tables",), ("sql", "SELECT count(*) AS n FROM orders"), ("decisions",), ("run",),
)  # fmt: skip


def cost(code: str, words: Sequence[str], folder: Path) -> float:
    """Return the CPU seconds of a Python that runs some code with some words, the least of several runs."""
    return min(_once([sys.executable, "-c", code, *words], folder) for _ in range(RUNS))


def _once(command: Sequence[str], folder: Path) -> float:
    before = os.times()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Make a workspace, take a turn, and measure every command with nothing new to do."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        for words in (("init", str(folder)), ("run", "--workspace", str(folder))):
            _once([sys.executable, "-c", PROGRAM, *words], Path(place))
        floor, peer = (max(cost(code, (), folder), 0.01) for code in ("pass", PEER))
        print(f"python -c pass            {floor:6.2f} CPU s")
        print(f"importing the libraries   {peer:6.2f} CPU s")
        for words in COMMANDS:
            took = cost(PROGRAM, words, folder)
            print(
                f"quanyu {words[0]:18} {took:6.2f} CPU s   {took / floor:6.0f} x pass   {took / peer:5.2f} x libraries"
            )


if __name__ == "__main__":
    main()
