"""The list of slow tests names tests and fixtures that there are, each once."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINES = [
    line.split() for line in (ROOT / "tests" / "slow.txt").read_text("utf-8").splitlines() if line[0] != "#"
]


def test_every_slow_test_and_fixture_is_there_once() -> None:
    source = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in ROOT.glob("tests/**/*.py")}
    every = "\n".join(source.values())
    for kind, name, cost in LINES:
        file, _, function = name.rpartition("::")
        within = source.get(file.partition("::")[0], "") if kind == "test" else every
        assert re.search(rf"def {function}(_fixture)?\b", within), f"{name} is gone: python -m bench.slow"
        assert float(cost) > 0
    assert len({(kind, name) for kind, name, _ in LINES}) == len(LINES)
