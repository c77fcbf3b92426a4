"""Every user-visible string in Chinese and English: English is the key, `locale/zh/*.po` the translations."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self

from quanyu.errors import QuanyuError

Text = str
"""What people are shown. Literals that stand where a `Text` is asked for are found by `make texts` and have a translation."""
Language = Literal["zh", "en"]
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


def translate(message: Text, language: Language = "zh", /, **values: object) -> str:
    """Return the message in a language with `{name}` places filled; English where a translation is missing.

    >>> translate("{n} rows", "en", n=3)
    '3 rows'
    """
    text = catalogue(language).get(message, message)
    return text.format(**values) if values else text


class Sentence(str):
    """An English text that remembers its sentence and values, so that `told` can tell it in another language.

    >>> Sentence("{n} rows", n=3)
    '3 rows'
    """

    key: str
    values: dict[str, object]

    def __new__(cls, message: Text, /, **values: object) -> Self:
        """Fill the places of the sentence and keep both."""
        made = super().__new__(cls, message.format(**values) if values else message)
        made.key, made.values = message, values
        return made


class Named(str):
    """A name in English that remembers the Chinese one; `told` gives that of the reader's language.

    >>> told(Named("Orders", "订单数"), "zh"), told(Named("Orders", "订单数"), "en")
    ('订单数', 'Orders')
    """

    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """Keep both names."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made


def told(what: QuanyuError | str, language: Language = "zh") -> str:
    """Return an error (its hint on a line of its own), a `Sentence` or a name in a language; any other text as it is.

    Values that are errors or sentences themselves are told in the same language. English where a translation
    is missing.

    >>> told(QuanyuError("{n} rows", "Load {n} again.", n=3), "en")
    '3 rows\\nLoad 3 again.'
    """
    if isinstance(what, QuanyuError):
        return "\n".join(part for part in message_and_hint(what, language) if part)
    if isinstance(what, Named):
        return what.zh if language == "zh" else what
    return _filled(what.key, what.values, language) if isinstance(what, Sentence) else what


def message_and_hint(error: QuanyuError, language: Language = "zh") -> tuple[str, str]:
    """Return the two parts of an error in a language; see `told`."""
    message, hint = (_filled(part, error.values, language) if part else "" for part in error.sentences)
    return message, hint


def _filled(sentence: str, values: Mapping[str, object], language: Language) -> str:
    said = {
        name: told(value, language) if isinstance(value, QuanyuError | Sentence | Named) else value
        for name, value in values.items()
    }
    return translate(sentence, language, **said)


def shell_language() -> Language:
    """Return the language of a shell: QUANYU_LANGUAGE, else the one of LC_ALL or LANG, else English."""
    given = os.environ.get("QUANYU_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if given.startswith("zh") else "en"
