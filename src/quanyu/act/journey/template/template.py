"""Templates of journeys: a file each, found in this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from quanyu.errors import JourneyError
from quanyu.nearest import did_you_mean
from quanyu.part.document import read_document
from quanyu.text import Language

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Template:
    """A journey to begin with: its name, and by language its title, what it is for, and the words of its messages."""

    name: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    journey: Mapping[str, Any]

    def fields(self, language: Language) -> dict[str, Any]:
        """Return the journey with its words in a language, as `add_journey` takes it."""
        spoken: dict[str, Any] = _spoken(
            self.journey, {name: said[language] for name, said in self.words.items()}
        )
        return spoken

    def text(self, language: Language) -> str:
        """Return the journey as a file that its author goes on with."""
        body = yaml.safe_dump(self.fields(language), allow_unicode=True, sort_keys=False, width=120)
        return f"# {self.title[language]}: {self.about[language]}\n{body}"


@cache
def templates() -> tuple[Template, ...]:
    """Return every template, by name.

    >>> len(templates())
    10
    """
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.yaml")))


def template_named(name: str) -> Template:
    """Return a template, or raise `JourneyError` with those there are."""
    known = {one.name: one for one in templates()}
    if name not in known:
        near = did_you_mean(name, known)
        raise JourneyError(
            "There is no template {name!r}.",
            "{near} Templates: {known}." if near else "Templates: {known}.",
            name=name, near=near, known=", ".join(known),
        )  # fmt: skip
    return known[name]


def _read(file: Path) -> Template:
    told: Any = read_document(file, JourneyError)
    return Template(file.stem, told["title"], told["about"], told["words"], told["journey"])


def _spoken(part: Any, words: Mapping[str, str]) -> Any:
    """Return a part of a journey with the words of messages in place of their names."""
    match part:
        case {"text": name} if name in words:
            return {**part, "text": words[name]}
        case dict():
            return {name: _spoken(one, words) for name, one in part.items()}
        case list():
            return [_spoken(one, words) for one in part]
        case _:
            return part
