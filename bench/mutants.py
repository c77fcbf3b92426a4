"""Break every guard of a claim once and see the tests fail: `python -m bench.mutants [WORD]`, or `make mutants`.

The guards stand in tests/mutants.toml: a text of the source, what stands there instead when the guard is off, and the
tests that must notice. Each mutant is a copy of the source with that one change; the tests named run on it, and it is
killed when one of them fails. With a word only the mutants whose guard holds it are tried.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LISTED = ROOT / "tests" / "mutants.toml"


@cache
def mutants() -> list[Mapping[str, Any]]:
    """Return the mutants as they are listed."""
    return list(tomllib.loads(LISTED.read_text(encoding="utf-8"))["mutant"])


def survivors(word: str = "") -> Iterator[str]:
    """Yield the guards whose mutants no test notices, telling each as it is tried."""
    for one in mutants():
        if word in one["guard"]:
            started = time.perf_counter()
            is_killed = killed(one)
            took = time.perf_counter() - started
            print(f"{'killed  ' if is_killed else 'SURVIVED'} {took:5.1f} s  {one['guard']}", flush=True)
            if not is_killed:
                yield one["guard"]


def killed(one: Mapping[str, Any]) -> bool:
    """Say whether the tests named for a mutant fail on it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        file = Path(folder) / one["file"]
        file.write_text(file.read_text(encoding="utf-8").replace(one["old"], one["new"]), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *one["tests"]]
        environment = {**os.environ, "PYTHONPATH": str(source)}
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    return ran.returncode == 1


if __name__ == "__main__":
    alive = list(survivors(*sys.argv[1:2]))
    sys.exit(f"{len(alive)} mutants survived" if alive else 0)
