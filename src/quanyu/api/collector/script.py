"""The own script for browsers, as it is served."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from quanyu.api.collector.answer import Pairs
from quanyu.collect.collector.wire import Answer

SCRIPT_PATH = "/quanyu.js"
FILE = Path(__file__).with_name("quanyu.js")
SCRIPT_HEADERS: Pairs = [
    (b"cache-control", b"public, max-age=3600"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
]


@cache
def script() -> Answer:
    """Return the script without its comments and indents."""
    return Answer(200, served(FILE.read_text(encoding="utf-8")).encode(), b"text/javascript; charset=utf-8")


def served(text: str) -> str:
    r"""Return a script as it is served; comments stand on lines of their own.

    >>> served("// why\nlet a = 1\n\n  a += 1\n")
    'let a = 1\na += 1\n'
    """
    return re.sub(r"^[ \t]*(?://.*)?\n|^[ \t]+", "", text, flags=re.MULTILINE)
