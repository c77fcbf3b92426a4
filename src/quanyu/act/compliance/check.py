"""Checking a text against the law on advertising before anybody is sent it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from quanyu.act.compliance.evidence import lacking, missing
from quanyu.act.compliance.fold import Folded
from quanyu.act.compliance.kind import KINDS, Category, Severity
from quanyu.act.compliance.permit import WHYS, View, permitted
from quanyu.act.compliance.terms import Hit, is_across_stop, terms
from quanyu.part.action import Action, Caller
from quanyu.text import Language, Text, translate

ORDER: tuple[Severity, ...] = ("blocked", "warn", "note")


@dataclass(frozen=True)
class Draft:
    """A text to check: what is advertised, and the language it is written in (in English, pinyin is not looked for)."""

    text: str
    category: Category = "general"
    language: Language = "zh"


@dataclass(frozen=True)
class Finding:
    """Something in a text: `text[start:end]` as it was given, how grave, by which article, why, and what to do.

    What is missing stands at the end, where `start == end`. `is_disguised` says that the term was written in another way.
    """

    start: int
    end: int
    found: str
    kind: str
    severity: Severity
    article: str
    why: Mapping[Language, str]
    suggestion: Mapping[Language, str]
    is_disguised: bool = False


@dataclass(frozen=True)
class Checked:
    """What was found in a text, in its order."""

    category: Category
    n_characters: int
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def is_blocked(self) -> bool:
        """Whether anything forbids sending the text."""
        return any(finding.severity == "blocked" for finding in self.findings)


def check_text(text: str, category: Category = "general", language: Language = "zh") -> Checked:
    """Find what the law on advertising forbids in a text or wants proved, and what it asks for and is not there.

    Disguises are folded first (full-width and traditional characters, zero-width ones, signs within a term, pinyin,
    characters of the same sound, characters split in two); places always are those of the text as it was given.

    >>> [(finding.start, finding.found) for finding in check_text("口感最 佳，开封后最好冷藏").findings]
    [(2, '最 佳')]
    """
    given = Draft(text, category, language)
    folded = terms().fold(text)
    findings = [*_of_terms(given, folded), *_of_evidence(given, folded)]
    ordered = sorted(findings, key=lambda one: (one.start, ORDER.index(one.severity), one.end))
    return Checked(category, len(text), tuple(_merged(text, ordered)))


def _merged(text: str, findings: list[Finding]) -> list[Finding]:
    """Make one of findings of a kind and severity that overlap."""
    merged: list[Finding] = []
    last: dict[tuple[str, str], int] = {}
    for one in findings:
        alike = (one.kind, one.severity)
        before = merged[last[alike]] if alike in last else None
        if before and one.start < before.end:
            end = max(before.end, one.end)
            is_disguised = before.is_disguised or one.is_disguised
            found = text[before.start : end]
            merged[last[alike]] = replace(before, end=end, found=found, is_disguised=is_disguised)
        else:
            last[alike] = len(merged)
            merged.append(one)
    return merged


def _of_terms(given: Draft, folded: Folded) -> Iterator[Finding]:
    for hit in terms().hits(folded, given.category, pinyin=given.language == "zh"):
        start, end = folded.places[hit.start], folded.places[hit.end - 1] + 1
        permit = permitted(View.of(folded, (start, end), hit.term.rule, given.category))
        severity = _severity(hit, folded, permit.leaves if permit else KINDS[hit.term.kind].severity)
        if severity:
            why = WHYS[permit.why] if permit else KINDS[hit.term.kind].why
            yield _finding(given, folded.span(start, end), hit.term.kind, severity, why, hit=hit)


def _severity(hit: Hit, folded: Folded, severity: Severity | None) -> Severity | None:
    """Return the severity of a hit; where a comma stands within, a person has to look."""
    return "warn" if severity == "blocked" and is_across_stop(hit, folded) else severity


def _of_evidence(given: Draft, folded: Folded) -> Iterator[Finding]:
    for kind, start, end in lacking(folded.text):
        yield _finding(given, folded.span(start, end), kind, KINDS[kind].severity, KINDS[kind].why)
    at = len(given.text)
    for sentence in missing(folded.dense, given.category):
        missed = KINDS["missing"]
        yield _finding(given, (at, at), "missing", missed.severity, missed.why, sentence=sentence)


def _finding(
    given: Draft,
    span: tuple[int, int],
    kind: str,
    severity: Severity,
    why: Text,
    *,
    hit: Hit | None = None,
    **values: str,
) -> Finding:
    start, end = span
    is_disguised = bool(hit and given.text[start:end].lower() != hit.term.word)
    return Finding(
        start=start,
        end=end,
        found=given.text[start:end],
        kind=kind,
        severity=severity,
        article=KINDS[kind].article,
        why=_both(why),
        suggestion=_both(KINDS[kind].suggestion, **values),
        is_disguised=is_disguised,
    )


@lru_cache(maxsize=512)
def _both(text: Text, **values: str) -> Mapping[Language, str]:
    return {"en": translate(text, "en", **values), "zh": translate(text, "zh", **values)}


def _check(_: Any, given: Draft, __: Caller) -> Checked:
    return check_text(given.text, given.category, given.language)


CHECK_TEXT = Action(
    "check_text",
    "Check a text against the law on advertising: what is forbidden, what needs proof, what is missing.",
    Draft,
    Checked,
    _check,
    role="analyst",
    writes=False,
)
