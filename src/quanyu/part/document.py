"""A document that somebody wrote: a file of YAML or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from quanyu.errors import QuanyuError, SourceError


class Loader(yaml.SafeLoader):
    """YAML whose words are words: `on`, `off`, `yes` and `no` mean themselves, and 10:00 is no number of seconds."""


Loader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if not rule[0].endswith((":bool", ":int"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)


def read_document(file: Path, error: type[QuanyuError]) -> object:
    """Return what a file of YAML or JSON holds; raise `error` that says in which line it is wrong."""
    text = read_text(file, error)
    with _as(error):
        try:
            # A loader of plain values, as `safe_load` has.
            return yaml.load(text, Loader)  # nosec B506
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
