"""Something in a content that stands in its way, or that its author should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from quanyu.errors import QuanyuError
from quanyu.text import Language, Sentence, Text, message_and_hint, told

Both = Mapping[Language, str]
LANGUAGES: tuple[Language, ...] = get_args(Language)


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

    def finding(self, kind: str, severity: str, why: Text, suggestion: Text, **more: object) -> Finding:
        """Return a finding here; `why` and `suggestion` are sentences."""
        return self._said(
            kind,
            severity,
            {"found": "", **more, "why": both(_sentence(why)), "suggestion": both(_sentence(suggestion))},
        )

    def of_error(self, error: QuanyuError, kind: str = "template") -> Finding:
        """Return an error as a finding that stops the content."""
        said = {language: message_and_hint(error, language) for language in LANGUAGES}
        why, hint = ({language: parts[at] for language, parts in said.items()} for at in (0, 1))
        return self._said(kind, "blocked", {"found": "", "why": why, "suggestion": hint})

    def told_by(self, kind: str, sentence: str) -> Finding:
        """Return what somebody else found as a finding that stops the content."""
        return self._said(kind, "blocked", {"found": "", "why": both(sentence), "suggestion": both("")})

    def _said(self, kind: str, severity: str, more: Mapping[str, Any]) -> Finding:
        return Finding(self.channel, self.variant, self.part, kind, severity, **more)


def both(sentence: str) -> Both:
    """Return a sentence in both languages."""
    return {language: told(sentence, language) for language in LANGUAGES}


def _sentence(text: Text) -> str:
    return text if isinstance(text, Sentence) or not text else Sentence(text)
