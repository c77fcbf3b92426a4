"""What is wrong with a template, in words: which part, where, why, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from liquid.exceptions import (
    BlockNestingError,
    LiquidError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)

from quanyu.act.content.template.environment import TAGS
from quanyu.act.content.template.filters import FILTERS
from quanyu.errors import ContentError
from quanyu.nearest import did_you_mean
from quanyu.text import Sentence, Text

ENDS = ("endif", "endunless", "endcase", "endfor", "endcapture", "endcomment", "else", "elsif", "when")
SEE: Text = "See how templates are written: docs/how-to/write-a-message.md"
LIMITS: Mapping[type[LiquidError], Text] = {
    LoopIterationLimitError: "its loops go round more than 1,000 times",
    OutputStreamLimitError: "it writes more than 1,000,000 letters",
    BlockNestingError: "its blocks stand more than ten deep in each other",
    ResourceLimitError: "it keeps more than it may",
}


def fault(error: LiquidError, source: str, part: Text, known: Iterable[str] = ()) -> ContentError:
    """Return what is wrong with a part of a content, for people."""
    made = _error(error, source, part, known)
    if isinstance(error, UndefinedError):
        made.variable = str(error.message)
    return made


def _error(error: LiquidError, source: str, part: Text, known: Iterable[str]) -> ContentError:
    at = error.token.start_index if error.token is not None else -1
    line, column = position(source, at)
    what, hint = _told(error, known)
    if at < 0:
        return ContentError(
            "The {part} of the content cannot be written: {what}.",
            "{hint}",
            hint=hint,
            part=Sentence(part),
            what=what,
        )
    return ContentError(
        "The {part} of the content, line {line}, column {column}: {what}.",
        "{hint}",
        hint=hint,
        part=Sentence(part),
        line=line,
        column=column,
        what=what,
    )


def position(source: str, at: int) -> tuple[int, int]:
    """Return line and column of a place, both from 1.

    >>> position("Hello\\n{{ x }}", 9)
    (2, 4)
    """
    before = source[: max(at, 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _told(error: LiquidError, known: Iterable[str]) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    if isinstance(error.message, Sentence):
        return error.message, Sentence(SEE)
    words = str(error.message or "")
    quoted = re.search(r"'([^']*)'", words)
    name = quoted[1] if quoted else ""
    if isinstance(error, UndefinedError):
        names = set(known)
        near = "" if words in names else did_you_mean(words, names)
        use: Text = "Write a value for its place, such as {{{{ {name} | default: 'you' }}}}, or ask first: {{% if {name} %}}."
        return Sentence("the variable {name} has no value", name=words), near or Sentence(use, name=words)
    if isinstance(error, UnknownFilterError):
        hint = did_you_mean(name, FILTERS) or Sentence("Filters: {known}.", known=", ".join(sorted(FILTERS)))
        return Sentence("there is no filter {name!r}", name=name), hint
    if words.startswith("unexpected tag") and name:
        tags = [tag.name for tag in TAGS if tag.name != "#"]
        hint = did_you_mean(name, (*tags, *ENDS)) or Sentence("Tags: {known}.", known=", ".join(sorted(tags)))
        return Sentence("there is no tag {name!r} here", name=name), hint
    for kind, text in LIMITS.items():
        if isinstance(error, kind):
            return Sentence(text), Sentence("Make it simpler.")
    return words.replace("{", "(").replace("}", ")"), Sentence(SEE)
