"""What actions take and give beside plain values: files, and words that customers wrote; and what no record can keep."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    InstanceOf,
    PlainSerializer,
    SerializationInfo,
    ValidationInfo,
    WithJsonSchema,
)

from quanyu.errors import QuanyuError
from quanyu.text import Sentence

FILES, HEARS = "files", "hears"
"""Under which words the checks of an action know the folder of a caller's files, and whether customers' words are told."""
LONGEST = 200
"""Bytes of the name of a file that a caller from elsewhere hands over."""
MOST_WORDS = 40
"""Characters of the longest name: `add_to_cart` is one, a sentence that could tell an assistant what to do hardly."""
WITHHELD = "[withheld: a customer wrote it]"
MOST = 2**63
"""Whole numbers from here on fit no column."""


def _confined(path: Path, info: ValidationInfo) -> Path:
    """Return a file of the folder that the caller is confined to, as it lies there; any file, where there is no such folder."""
    folder = (info.context or {}).get(FILES)
    if folder is None:
        return path
    home = Path(folder).resolve()
    is_name = "\0" not in str(path) and len(path.name.encode("utf-8", "replace")) <= LONGEST
    place = (home / path).resolve() if is_name else home
    if home not in place.parents:
        raise ValueError(Sentence("it is not one of the files that were handed over"))
    return place


def _told(words: str | None, info: SerializationInfo) -> str | None:
    return words if words is None or (info.context or {}).get(HEARS, True) else WITHHELD


def short(words: str) -> str:
    """Return words as somebody hears them who may not hear what customers wrote: names as they are, sentences not at all."""
    return words if len(words) <= MOST_WORDS else WITHHELD


def _short(words: str | None, info: SerializationInfo) -> str | None:
    return words if words is None or (info.context or {}).get(HEARS, True) else short(words)


File = Annotated[Path, AfterValidator(_confined)]
"""A file; of a caller from elsewhere, one that was handed over, by its name."""
Quoted = Annotated[str, PlainSerializer(_told, return_type=str | None)]
"""Words that a customer wrote."""
Named = Annotated[str, PlainSerializer(_short, return_type=str | None)]
"""A name that programs of customers send, such as that of an event: it is a word, unless somebody made it a sentence."""
Fault = Annotated[InstanceOf[QuanyuError], PlainSerializer(str, return_type=str)]
"""An error that is part of an answer."""


Amount = Annotated[
    Decimal,
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$"}]},
        "validation",
    ),
]
"""An amount of money: a number, or the same as text, which loses nothing on the way."""


def unkept(given: Any) -> Any:
    """Return the first value of what is given that no record could keep, None where there is none.

    >>> unkept({"name": ["a", 2.5, None]}), unkept({"n": [2**70]}), unkept("a\\0b")
    (None, 1180591620717411303424, 'a\\x00b')
    """
    if isinstance(given, str):
        return given if "\0" in given or any("\ud800" <= sign <= "\udfff" for sign in given) else None
    if isinstance(given, float):
        return None if math.isfinite(given) else given
    if isinstance(given, int):
        return None if -MOST < given < MOST else given
    parts: Iterable[Any] = ()
    if isinstance(given, Mapping):
        parts = (*given, *given.values())
    elif isinstance(given, list | tuple | set | frozenset):
        parts = given
    return next((odd for part in parts if (odd := unkept(part)) is not None), None)
