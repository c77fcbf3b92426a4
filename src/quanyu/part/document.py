"""A document that somebody wrote: a file of YAML or JSON."""

from __future__ import annotations

from pathlib import Path

import yaml

from quanyu.errors import DocumentError


def read_document(file: Path) -> object:
    """Return what a file of YAML or JSON holds; raise `DocumentError` that says in which line it is wrong."""
    try:
        return yaml.safe_load(read_text(file))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DocumentError(
            "{file} cannot be read: {cause}",
            "Mend line {line}.",
            file=file.name,
            line=mark.line + 1 if mark else 1,
            cause=getattr(error, "problem", None) or str(error),
        ) from None


def read_text(file: Path) -> str:
    """Return the text of a file in UTF-8; raise `DocumentError` where there is none."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            "{file} cannot be read: {cause}", "Give a file in UTF-8.", file=file.name, cause=str(error)
        ) from None
