"""Every user-visible string in Chinese and English: English is the key, `locale/zh/*.po` the translations."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from quanyu.errors import QuanyuError

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return the translations of a language, English text to translated text.

    The files are ordinary gettext catalogues, one per room, so any gettext editor can work on them.
    """
    entries: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        entries |= _read_catalogue(path)
    return entries


def _read_catalogue(path: Path) -> dict[str, str]:
    blocks = path.read_text(encoding="utf-8").replace("\r\n", "\n").split("\n\n")
    entries = {}
    for block in blocks:
        words = {"msgid": "", "msgstr": ""}
        field = ""
        for line in block.splitlines():
            word, _, quoted = line.partition(" ")
            field = word if word in words else field
            if field and line.endswith('"'):
                words[field] += ast.literal_eval(quoted if word in words else line)
        if words["msgid"] and words["msgstr"]:
            entries[words["msgid"]] = words["msgstr"]
    return entries


def translate(message: str, language: Language = "zh", /, **values: object) -> str:
    """Return the message in a language with `{name}` places filled; English where a translation is missing.

    >>> translate("{n} rows", "en", n=3)
    '3 rows'
    """
    text = catalogue(language).get(message, message)
    return text.format(**values) if values else text


def told(error: QuanyuError, language: Language = "zh") -> str:
    """Return an error's message and hint in a language, on two lines; English where a translation is missing.

    >>> told(QuanyuError("{n} rows", "Load {n} again.", n=3), "en")
    '3 rows\\nLoad 3 again.'
    """
    return "\n".join(translate(part, language, **error.values) for part in error.sentences if part)
