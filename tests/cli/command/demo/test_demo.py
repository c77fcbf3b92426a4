"""`quanyu demo` on a small shop: it ends by itself, and sets what it found beside what was planted."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from quanyu.cli.command.demo.demo import TODAY, demo


def test_the_demo_wants_a_folder_of_its_own(command: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    answer = command("demo", str(tmp_path))
    assert (answer.code, "is not empty" in answer.err) == (3, True)


def test_the_demo_tells_the_same_on_every_day() -> None:
    """Its day is its own and not the clock's, or another shop would be drawn tomorrow."""
    assert inspect.signature(demo).parameters["today"].default == TODAY
    assert dt.datetime.now(dt.UTC).replace(tzinfo=None) >= TODAY
