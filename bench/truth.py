"""Published figures and planted truths: `python -m bench.truth [WORDS]` runs `tests/golden` and `tests/scenes`.

Per test, how many of its cases hold, and the figures that they print. WORDS choose tests, as pytest's `-k` does.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = ("tests/golden", "tests/scenes")


class Told:
    """Listens to a run of pytest: outcomes and printed lines by file and function."""

    def __init__(self) -> None:
        self.outcomes: dict[str, list[str]] = defaultdict(list)
        self.lines: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        file, _, case = report.nodeid.partition("::")
        name = f"{Path(file).stem.removeprefix('test_')}: {case.split('[')[0].removeprefix('test_').replace('_', ' ')}"
        self.outcomes[name].append(report.outcome)
        self.lines[name] += report.capstdout.splitlines()


def main() -> None:
    told = Told()
    words = ["-k", " ".join(sys.argv[1:])] if sys.argv[1:] else []
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "-p", "no:randomly", *words, *(str(ROOT / place) for place in PLACES)], [told])
    for name, outcomes in told.outcomes.items():
        counts = ", ".join(f"{outcomes.count(one)} {one}" for one in sorted(set(outcomes)))
        print(f"{name}: {counts}")
        for line in told.lines[name]:
            print(f"    {line}")


if __name__ == "__main__":
    main()
