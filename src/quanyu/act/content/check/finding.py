"""Something in a content that stands in its way, or that its author should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quanyu.errors import QuanyuError
from quanyu.text import Language, Sentence, Text, told

Both = Mapping[Language, str]


@dataclass(frozen=True)
class Finding:
    """A finding in one content: where, what, how grave, why and what to do, in both languages.

    `severity` is `blocked` (it must not be sent), `warn` (somebody has to look) or `note`. `found` is what was met, `article`
    the law that forbids it, `n_people` how many people of those meant would be concerned (None: all of them).
    """

    channel: str
    variant: str
    part: str
    kind: str
    severity: str
    found: str
    why: Both
    suggestion: Both
    article: str = ""
    n_people: int | None = None


@dataclass(frozen=True)
class Spot:
    """Where a finding is: the channel, the variant and the part of it."""

    channel: str
    variant: str
    part: str = ""

    def finding(self, kind: str, severity: str, why: str, suggestion: str, **more: object) -> Finding:
        """Return a finding here; `why` and `suggestion` are sentences."""
        given: dict[str, Any] = {"found": "", **more, "why": both(why), "suggestion": both(suggestion)}
        return Finding(self.channel, self.variant, self.part, kind, severity, **given)

    def of_error(self, error: QuanyuError, kind: str = "template") -> Finding:
        """Return an error as a finding that stops the content."""
        message = Sentence(error.sentences[0], **error.values)
        hint = Sentence(error.sentences[1], **error.values) if error.sentences[1] else ""
        return self.finding(kind, "blocked", message, hint)


def both(sentence: Text) -> Both:
    """Return a sentence in both languages."""
    said = sentence if isinstance(sentence, Sentence) else Sentence(sentence) if sentence else ""
    return {"en": told(said, "en"), "zh": told(said, "zh")}
