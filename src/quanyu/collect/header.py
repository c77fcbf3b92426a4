"""Cells of headers as they are compared with the names that layouts give columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache


@cache
def normal(name: str) -> str:
    """Return a header cell as it is compared: width, case, blanks and byte-order marks do not count.

    >>> normal("\\ufeff 订单应付金额（元） ")
    '订单应付金额(元)'
    """
    plain = unicodedata.normalize("NFKC", name.replace("\ufeff", "").strip(" \t'\""))
    return re.sub(r"\s+", " ", plain).strip().casefold()


def fits(name: str, cell: str) -> bool:
    """Say whether a declared column name, in which `*` stands for any text, is this (normal) header cell."""
    wanted = normal(name)
    return wanted == cell or ("*" in wanted and bool(_pattern(wanted).fullmatch(cell)))


@cache
def reads(known: frozenset[str]) -> Callable[[str], bool]:
    """Return what says whether a (normal) header cell is one of the declared names, which may have `*` in them."""
    exact = frozenset(normal(name) for name in known if "*" not in name)
    patterns = [_pattern(normal(name)) for name in known if "*" in name]
    return lambda cell: cell in exact or any(pattern.fullmatch(cell) for pattern in patterns)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name).replace(r"\*", "(.*?)"))


def captured(name: str, cell: str) -> str:
    """Return what `*` of a declared name stands for in a header cell, "" when it does not fit."""
    match = _pattern(normal(name)).fullmatch(normal(cell))
    return match.group(1) if match and match.groups() else ""
