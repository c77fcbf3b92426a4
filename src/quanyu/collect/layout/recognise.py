"""Recognise a file by its header: rank the layouts by the columns that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quanyu.collect.header import fits, normal, reads
from quanyu.collect.layout.layout import Layout
from quanyu.errors import UnknownLayoutError
from quanyu.text import Sentence

ENOUGH = 0.5
"""Share of a file's columns that a plain layout must know, so that one shared name does not claim a file."""
PLENTY = 3
"""So many known columns are no chance, however many others there are."""


@dataclass(frozen=True)
class Match:
    """How well a layout fits a header: columns it needs and lacks, and how many of the header's it knows."""

    layout: Layout
    missing: tuple[str, ...]
    n_known: int
    n_columns: int

    @property
    def is_whole(self) -> bool:
        """Every column that the layout needs is there."""
        covered = not self.layout.is_plain or self.n_known >= min(ENOUGH * self.n_columns, PLENTY)
        return not self.missing and covered and self.n_known > 0

    @property
    def share(self) -> float:
        """The share of the needed columns that is there."""
        needed = len(self.layout.match) + bool(self.layout.either)
        return (needed - len(self.missing)) / needed if needed else 0.0


def matches(header: Sequence[str], layouts: Iterable[Layout], hint: str = "") -> list[Match]:
    """Rank layouts for a header, the best first; of equals one of the workspace's own, then the one whose name is in
    `hint` (the file's name).

    >>> from quanyu.collect.layout.catalogue import layouts
    >>> matches(["lead_id", "contacted_on"], layouts())[0].layout.name
    'plain_leads'
    """
    names = [normal(cell) for cell in header if cell.strip()]
    matches = [_match(layout, names) for layout in layouts]
    return sorted(matches, key=lambda match: _rank(match, hint), reverse=True)


def _rank(match: Match, hint: str) -> tuple[bool, float, int, bool, int, bool]:
    about = match.layout.name.removeprefix("plain_")
    called = about in hint
    return (
        match.is_whole,
        match.share if not match.is_whole else 1.0,
        match.n_known,
        match.layout.is_own,
        len(match.layout.match),
        called,
    )


def _match(layout: Layout, names: Sequence[str]) -> Match:
    missing = [name for name in layout.match if not any(fits(name, cell) for cell in names)]
    if layout.either and not any(fits(name, cell) for name in layout.either for cell in names):
        missing.append(" / ".join(layout.either))
    known = sum(map(reads(layout.known), names))
    return Match(layout, tuple(missing), known, len(names))


def the_layout(header: Sequence[str], layouts: Sequence[Layout], file: str, hint: str = "") -> Match:
    """Return the best whole match, or raise `UnknownLayoutError` naming the nearest layout and what it misses."""
    ranked = matches(header, layouts, hint)
    if ranked and ranked[0].is_whole:
        return ranked[0]
    near = max((match for match in ranked if match.n_known), key=lambda m: (m.share, m.n_known), default=None)
    shown = ", ".join(cell.strip() for cell in header if cell.strip())[:300]
    raise UnknownLayoutError(
        "No layout recognises {file}. Its columns: {columns}. The nearest is {layout}, missing: {missing}."
        if near
        else "No layout recognises {file}. Its columns: {columns}. No layout is near.",
        "Name one with --as LAYOUT (list: quanyu layouts), or write one: docs/how-to/write-a-layout.md",
        file=file,
        columns=shown or Sentence("none"),
        layout=near.layout.name if near else "",
        missing=", ".join(near.missing if near else ()) or Sentence("most columns"),
    )


def lacking(layout: Layout, header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a layout reads and a header lacks, alternatives (`a / b`) where it has none of them.

    What comes from them stays empty. A plain layout reads what is there.
    """
    cells = [normal(cell) for cell in header]
    wanted: dict[str, tuple[str, ...]] = {}
    for target in () if layout.is_plain else layout.targets:
        fields = target.fields.values()
        asked = [*(name for field in fields for name in (*field.parts, *field.when)), *target.only]
        asked += [name for condition in target.exempt.values() for name in condition]
        choices = [names for field in fields for names in (field.columns, field.join) if names]
        wanted |= {" / ".join(names): names for names in [*choices, *((name,) for name in asked)]}
    is_there = {
        shown: any(fits(name, cell) for name in names for cell in cells) for shown, names in wanted.items()
    }
    return tuple(shown for shown, is_met in is_there.items() if not is_met)
