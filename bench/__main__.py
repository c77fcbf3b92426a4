"""Measure everything and write bench/RESULTS.md: `python -m bench [NAME...]`."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
HEAD = """# What was measured

Each section is what its command printed, on the machine and day it names; `make bench` measures all of them again.
A ratio compares with the named peer in the same run.
"""


def names() -> list[str]:
    """Return the benchmarks: every module of this folder with a `main` of its own."""
    modules = [file for file in HERE.glob("*.py") if not file.stem.startswith("_")]
    return sorted(file.stem for file in modules if "\ndef main(" in file.read_text("utf-8"))


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def measure(name: str) -> str:
    """Run one benchmark in a process of its own and return its section."""
    command = [sys.executable, "-m", f"bench.{name}"]
    done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True)
    told = done.stdout.strip()
    today = dt.datetime.now(dt.UTC).date()
    return f"## {name}\n\n`python -m bench.{name}` on {machine()}, {today}\n\n```\n{told}\n```\n"


def main() -> None:
    sections = (
        dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |\Z)", RESULTS.read_text("utf-8")))
        if RESULTS.exists()
        else {}
    )
    for name in sys.argv[1:] or names():
        print(f"measuring {name}", file=sys.stderr, flush=True)
        section = measure(name)
        sections[name] = section.split("\n", 1)[1]
        print(section, flush=True)
        body = "\n".join(f"## {title}\n{text.rstrip()}\n" for title, text in sorted(sections.items()))
        RESULTS.write_text(f"{HEAD}\n{body}", encoding="utf-8")


if __name__ == "__main__":
    main()
