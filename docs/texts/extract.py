"""Every text that is shown, with its place, as Babel extracts it: from Python by the rules, from templates by Jinja."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

from babel.messages.extract import extract_from_dir
from docs.texts.house import House
from docs.texts.rules import Reader
from docs.texts.trace import Said
from docs.texts.types import Types

SRC = Path(__file__).parents[2] / "src"
TEMPLATE_SPEAKER = "tr"
"""What templates call to translate."""


@cache
def said(source: Path) -> Mapping[str, tuple[Said, ...]]:
    """Return what every module of a folder says, by its path."""
    house = House.of(source)
    types = Types(house)
    return {
        module.path: tuple(dict.fromkeys(Reader(house, types, module).texts()))
        for module in house.modules.values()
    }


def python(
    stream: IO[bytes], _keywords: Any, _tags: Any, options: Mapping[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Extract the texts of a module: a method of Babel."""
    source = Path(options["source"])
    for text in said(source)[Path(stream.name).relative_to(source).as_posix()]:
        if text.text and is_worded(text.text):
            yield text.line, None, text.text, []


def is_worded(text: str) -> bool:
    """Say whether anything is left of a text without its places.

    >>> is_worded("{n} rows"), is_worded("{error}")
    (True, False)
    """
    return bool(re.sub(r"\{.*?\}", "", text).strip())


def texts(source: Path = SRC) -> Mapping[str, str]:
    """Return every text that is shown, with the first place where it stands."""
    found = extract_from_dir(
        source,
        [("**.py", python), ("**.html", "jinja2.ext:babel_extract")],
        {"**.py": {"source": str(source)}, "**.html": {"silent": "false"}},
        keywords={TEMPLATE_SPEAKER: None},
    )
    places: dict[str, str] = {}
    for file, line, text, *_ in found:
        places.setdefault(text, f"{file}:{line}")
    return places


def lost(source: Path = SRC) -> list[str]:
    """Return the places of what is shown though nobody can tell its words."""
    return [
        f"{text.path}:{text.line}: {text.code}"
        for texts in said(source).values()
        for text in texts
        if text.text is None
    ]
