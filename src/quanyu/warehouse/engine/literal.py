"""Paths and names as SQL of the embedded engine reads them: every character stands for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_WILD = re.compile(r"[*?\[]")


def text(value: object) -> str:
    """Return a value as an SQL string.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + str(value).replace("'", "''") + "'"


def file(path: Path | str) -> str:
    """Return a path as an SQL string for `read_csv` and the like, which would take it for a pattern.

    Without this, `orders[1].csv` reads `orders1.csv`.

    >>> file("in/orders[1].csv")
    "'in/orders[[]1].csv'"
    """
    return text(escaped(path))


def escaped(path: Path | str) -> str:
    """Return a path as a pattern that it alone fits."""
    return _WILD.sub(r"[\g<0>]", str(path))


def parquet(paths: Iterable[Path | str], options: str = "") -> str:
    """Return the call that reads these Parquet files and takes nothing from the names of their folders."""
    listed = ", ".join(map(file, paths))
    return f"read_parquet([{listed}], hive_partitioning = false{options})"
