"""The declared terms with their disguises, found in one pass."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from math import prod
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from quanyu.act.compliance.fold import STOP, Folded, fold
from quanyu.act.compliance.kind import KINDS, Category

FILE = Path(__file__).with_name("terms.toml")
HARMLESS = "harmless"
WAYS = 400
"""In how many ways a term may be disguised; a longer one is disguised in one character only."""
PAIRED = ("verbs", "illnesses")
"""Two lists of a group that make terms together."""
LISTS: Mapping[str, str] = {"superlative": "absolute", "measure": "absolute", "weak": "weak"}
"""The kind of what stands in the other lists of a group."""


@dataclass(frozen=True)
class Term:
    """A way of writing a term: its list, its kind, and whether another word stands in for a part of it."""

    word: str
    rule: str
    is_disguised: bool = False

    @property
    def kind(self) -> str:
        """The kind of finding it makes."""
        return LISTS.get(self.rule, self.rule)


@dataclass(frozen=True)
class Hit:
    """A term in a folded text, `start` to `end` of `dense`."""

    term: Term
    start: int
    end: int
    is_split: bool = False

    def holds(self, other: Hit) -> bool:
        """Say whether another lies within this one and is shorter."""
        return (
            self.start <= other.start
            and other.end <= self.end
            and self.end - self.start > other.end - other.start
        )


@dataclass(frozen=True)
class Terms:
    """All terms, ready to be looked for: `ways` are the ways of writing them, as `finder` numbers them."""

    ways: tuple[tuple[Term, ...], ...]
    finder: AhoCorasick = field(repr=False)
    parts: Mapping[str, str] = field(repr=False)

    def fold(self, text: str) -> Folded:
        """Return a text without its disguises."""
        return fold(text, self.parts)

    def hits(self, folded: Folded, category: Category, *, pinyin: bool = True) -> list[Hit]:
        """Return every term of a category that is neither within a harmless word nor within a longer term as grave."""
        hits = [hit for hit in self._all(folded) if _is_whole(hit, folded, pinyin)]
        harmless = [hit for hit in hits if hit.term.rule == HARMLESS and not hit.is_split]
        covered = _by_place(harmless)
        meant = [
            hit
            for hit in hits
            if hit.term.rule != HARMLESS
            and KINDS[hit.term.kind].holds_for(category)
            and not any(not hit.holds(one) for at in range(hit.start, hit.end) for one in covered.get(at, ()))
        ]
        around = _by_place(meant)
        return [
            hit
            for hit in meant
            if not any(one.holds(hit) and _is_as_grave(one.term, hit.term) for one in around[hit.start])
        ]

    def _all(self, folded: Folded) -> Iterator[Hit]:
        for at, start, end in self.finder.find_matches_as_indexes(folded.dense, overlapping=True):
            is_split = bool(folded.within(start, end).strip())
            yield from (Hit(term, start, end, is_split) for term in self.ways[at])


def _by_place(hits: list[Hit]) -> dict[int, list[Hit]]:
    """Return by each place of the dense text the hits that cover it."""
    places: dict[int, list[Hit]] = {}
    for hit in hits:
        for at in range(hit.start, hit.end):
            places.setdefault(at, []).append(hit)
    return places


def _is_as_grave(one: Term, other: Term) -> bool:
    order = ("note", "warn", "blocked")
    return order.index(KINDS[one.kind].severity) >= order.index(KINDS[other.kind].severity)


def _is_whole(hit: Hit, folded: Folded, pinyin: bool) -> bool:
    """Say whether a hit is the term: Latin letters begin and end words, and lines are not read across."""
    between = folded.within(hit.start, hit.end)
    if "\n" in between or len(between) > 3 * (hit.end - hit.start):
        return False
    written = folded.dense[hit.start : hit.end]
    if not re.search("[a-z0-9]", written):
        return True
    start, end = folded.places[hit.start], folded.places[hit.end - 1] + 1
    before, after = folded.text[start - 1 : start], folded.text[end : end + 1]
    if _runs_on(before, written[0]) or _is_latin(written[-1] + after):
        return False
    is_sounded = hit.term.is_disguised and re.search("[a-z]", written)
    return pinyin or not is_sounded


def _runs_on(left: str, right: str) -> bool:
    """Say whether two characters belong to one Latin word or one figure."""
    pair = left + right
    return _is_latin(pair) and (pair.isalpha() or pair.isdigit())


def _is_latin(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


@cache
def terms() -> Terms:
    """Read the declared terms, once."""
    declared = tomllib.loads(FILE.read_text(encoding="utf-8"))
    sounds = declared.pop("sounds")
    parts = declared.pop("parts")
    ways: dict[str, dict[str, Term]] = {}
    for rule, word in _words(declared):
        plain = fold(word, {}).dense
        ways.setdefault(plain, {})[rule] = Term(word, rule)
        if rule != HARMLESS:
            for way in _disguises(plain, sounds):
                ways.setdefault(way, {}).setdefault(rule, Term(word, rule, is_disguised=True))
    return Terms(tuple(tuple(meant.values()) for meant in ways.values()), AhoCorasick(list(ways)), parts)


def _words(declared: Mapping[str, Mapping[str, list[str]]]) -> Iterator[tuple[str, str]]:
    """Return every list's name and word, harmless words first, a superlative with 最 before it."""
    for word in declared[HARMLESS]["words"]:
        yield HARMLESS, word
    for group, lists in declared.items():
        for name, words in lists.items():
            if group != HARMLESS and name not in PAIRED:
                before = "最" if name in ("superlative", "measure") else ""
                yield from ((group if name == "words" else name, before + word) for word in words)
        first, second = (lists.get(name, []) for name in PAIRED)
        yield from ((group, verb + noun) for verb, noun in product(first, second))


def _disguises(word: str, sounds: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Return the ways of writing a word by sound and by characters that stand in for others."""
    options = [
        [char, *filter(None, [sounds[char][0], *sounds[char][1]])] if char in sounds else [char]
        for char in word
    ]
    written: Iterable[str]
    if prod(map(len, options)) <= WAYS:
        written = map("".join, product(*options))
    else:
        written = (word[:at] + way + word[at + 1 :] for at, ways in enumerate(options) for way in ways)
    return (way for way in written if way != word)


def is_across_stop(hit: Hit, folded: Folded) -> bool:
    """Say whether a stop or comma stands within a term, which may be a disguise or the end of a clause."""
    return bool(set(folded.within(hit.start, hit.end)) & STOP)
