"""A document that somebody wrote: a file of YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from quanyu.errors import QuanyuError, SourceError

TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """YAML whose words are words: `on` and `no` are no truth values, and 10:00 is a time of the day, not 600."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """Return the tag of a node."""
        tag = str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        is_number = tag in (f"{TAG}int", f"{TAG}float")
        is_word = (is_number and ":" in value) or (
            tag == f"{TAG}bool" and value.lower() not in ("true", "false")
        )
        return f"{TAG}str" if is_word else tag


def read_document(file: Path, error: type[QuanyuError]) -> object:
    """Return what a file of YAML or JSON holds; raise `error` that says in which line it is wrong."""
    return document_of(read_text(file, error), file.name, error)


def document_of(text: str, name: str, error: type[QuanyuError]) -> object:
    """Return what a text of YAML or JSON holds; raise `error` that says in which line of `name` it is wrong.

    >>> document_of("wait_until: {time: 10:00, on: [mon]}", "it", SourceError)
    {'wait_until': {'time': '10:00', 'on': ['mon']}}
    """
    with _as(error):
        try:
            # The loader is the safe one, with fewer guesses.
            return yaml.load(text, _Loader)  # nosec B506
        except (yaml.YAMLError, ValueError) as wrong:
            mark = getattr(wrong, "problem_mark", None)
            raise SourceError(
                "{file} cannot be read: {cause}",
                "Mend line {line}.",
                file=name,
                line=mark.line + 1 if mark else 1,
                cause=getattr(wrong, "problem", None) or str(wrong),
            ) from None


def document_text(document: object) -> str:
    """Return a document as YAML, its fields in their order.

    >>> print(document_text({"when": "bought", "steps": [{"wait": "1 day"}]}), end="")
    when: bought
    steps:
    - wait: 1 day
    """
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)


def read_text(file: Path, error: type[QuanyuError]) -> str:
    """Return the text of a file in UTF-8; raise `error` where there is none."""
    with _as(error):
        try:
            return file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as wrong:
            raise SourceError(
                "{file} cannot be read: {cause}", "Give a file in UTF-8.", file=file.name, cause=str(wrong)
            ) from None


@contextmanager
def _as(kind: type[QuanyuError]) -> Iterator[None]:
    """Let what is wrong with a file be an error of whoever needs it."""
    try:
        yield
    except SourceError as wrong:
        raise kind(*wrong.sentences, **wrong.values) from None
