"""Measure what every test costs and write tests/slow.txt, which `make quick` leaves out: `python -m bench.slow`.

Costs are CPU seconds, children included, so that they hold on a busy machine too. Those of a test are the sum over its
parameters. A fixture is paid by the test that comes first, so that fixtures have lines of their own: a test that uses a
dear one is slow. Run it again when many tests came or went; a test that is not listed counts as quick.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tests" / "slow.txt"
FOLDER = "QUANYU_COSTS"
"""Names the folder into which every process of the tests writes what they cost."""
LIMIT = 0.3
"""CPU seconds from which on a test or a fixture that several tests share is slow."""
HEAD = f"""# What costs more than {LIMIT} CPU seconds, children included: `make quick` leaves these tests, and those
# that use these fixtures, out. Written by `python -m bench.slow`.
"""


def cpu() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, object, object]:
    """Note what a fixture costs that more than one test shares."""
    before = cpu()
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            _note("fixture", fixturedef.argname, cpu() - before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Note what the body of a test costs."""
    before = cpu()
    try:
        return (yield)
    finally:
        _note("test", named(item.nodeid), cpu() - before)


def named(nodeid: str) -> str:
    """Return what the list calls a test: its file and function, wherever they lie and with all parameters.

    >>> named("tests/cli/test_query.py::test_rows[1/2]")
    'test_query.py::test_rows'
    """
    return nodeid.partition("[")[0].rpartition("/")[2]


def _note(kind: str, name: str, cost: float) -> None:
    with (Path(os.environ[FOLDER]) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps([kind, name, cost]) + "\n")


def slow(noted: Iterable[tuple[str, str, float]]) -> list[str]:
    """Return the lines of tests/slow.txt for what was noted.

    >>> slow([("test", "a::b", 0.3), ("test", "a::b", 0.4), ("fixture", "shop", 2), ("test", "a::c", 0.1)])
    ['fixture shop 2.0', 'test a::b 0.7']
    """
    costs: Counter[tuple[str, str]] = Counter()
    for kind, name, cost in noted:
        costs[kind, name] += cost  # type: ignore[assignment]
    return [f"{kind} {name} {cost:.1f}" for (kind, name), cost in sorted(costs.items()) if cost > LIMIT]


def measured(*words: str) -> list[str]:
    """Run the tests and return the lines."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "bench.slow", *words]
        subprocess.run(command, cwd=ROOT, env={**os.environ, FOLDER: folder}, check=True)
        lines = [line for file in Path(folder).iterdir() for line in file.read_text("utf-8").splitlines()]
    return slow(tuple(json.loads(line)) for line in lines)


if __name__ == "__main__":
    LIST.write_text(HEAD + "\n".join(measured(*sys.argv[1:])) + "\n", encoding="utf-8")
