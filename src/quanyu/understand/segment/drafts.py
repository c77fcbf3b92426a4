"""Segments in a file: their names, each with its rule, or with its rule and what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from quanyu.errors import SegmentError
from quanyu.nearest import did_you_mean
from quanyu.part.document import read_document


@dataclass(frozen=True)
class Draft:
    """A segment to define: its name, its rule, and what it is for."""

    name: str
    rule: str
    description: str = ""


def read_drafts(file: Path) -> list[Draft]:
    """Return the segments in a file of YAML or JSON. Raises `SegmentError` for what is not to be read."""
    document = read_document(file, SegmentError)
    if not isinstance(document, Mapping) or not document:
        raise SegmentError(
            "{file} holds no segments.",
            "Give names, each with its rule: lapsing: bought >= 2 times",
            file=file.name,
        )
    return [_draft(str(name), given) for name, given in document.items()]


def _draft(name: str, given: object) -> Draft:
    """Return the segment of a name."""
    told = {"rule": given} if isinstance(given, str) else given
    known = [item.name for item in fields(Draft)][1:]
    if not isinstance(told, Mapping) or not isinstance(told.get("rule"), str):
        raise SegmentError(
            "The segment {name!r} has no rule.",
            "Give its rule as a text: lapsing: bought >= 2 times",
            name=name,
        )
    for word, value in told.items():
        if word not in known or not isinstance(value, str):
            near = did_you_mean(str(word), known)
            raise SegmentError(
                "The segment {name!r} cannot have {word} {value!r}.",
                "{near} Fields: {known}." if near else "Fields: {known}.",
                name=name, word=word, value=value, near=near, known=", ".join(known),
            )  # fmt: skip
    return Draft(name, **told)
