"""A document that somebody wrote: a file of YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from quanyu.errors import QuanyuError, SourceError


def read_document(file: Path, error: type[QuanyuError]) -> object:
    """Return what a file of YAML or JSON holds; raise `error` that says in which line it is wrong."""
    text = read_text(file, error)
    with _as(error):
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as wrong:
            mark = getattr(wrong, "problem_mark", None)
            raise SourceError(
                "{file} cannot be read: {cause}",
                "Mend line {line}.",
                file=file.name,
                line=mark.line + 1 if mark else 1,
                cause=getattr(wrong, "problem", None) or str(wrong),
            ) from None


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
