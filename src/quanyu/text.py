"""Every user-visible string in Chinese and English: English is the key, `locale/zh.po` the translation."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return the translations of a language, English text to translated text.

    The files are ordinary gettext catalogues, so any gettext editor can work on them.
    """
    path = LOCALE / f"{language}.po"
    if language == "en" or not path.exists():
        return {}
    entries: dict[str, str] = {}
    field, key, value = "", "", ""
    for line in [*path.read_text(encoding="utf-8").splitlines(), 'msgid ""']:
        word, _, quoted = line.partition(" ")
        if word == "msgid":
            if key and value:
                entries[key] = value
            field, key, value = "msgid", ast.literal_eval(quoted), ""
        elif word == "msgstr":
            field, value = "msgstr", ast.literal_eval(quoted)
        elif line.startswith('"') and field == "msgid":
            key += ast.literal_eval(line)
        elif line.startswith('"'):
            value += ast.literal_eval(line)
    return entries


def translate(message: str, language: Language = "zh", /, **values: object) -> str:
    """Return the message in a language with `{name}` places filled; English where a translation is missing.

    >>> translate("{n} rows", "en", n=3)
    '3 rows'
    """
    text = catalogue(language).get(message, message)
    return text.format(**values) if values else text
