"""What is allowed although it holds a term: uses that the guidance on absolute terms and the articles themselves name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from quanyu.act.compliance.fold import Folded
from quanyu.act.compliance.kind import Category, Severity
from quanyu.text import Text

FILE = Path(__file__).with_name("rules.toml")
STRICT: tuple[Category, ...] = ("medicine", "device", "health_food", "finance")
"""For these the guidance allows no absolute term that is about what they do."""


@cache
def declared() -> Mapping[str, Any]:
    """Read the declared rules, once."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def filled(pattern: str) -> str:
    """Return a pattern with the shared ones in their places, such as `{origin}`."""
    shared = declared()["shared"]
    return str(shared.get(pattern.strip("{}"), pattern)) if pattern.startswith("{") else pattern


@dataclass(frozen=True)
class Permit:
    """A use that is allowed: for which kinds, what must stand before, in, after or around the term, and what is left of it.

    `around` are patterns that must all stand in the same sentence. `leaves` is the severity that remains, none for
    what is no finding at all.
    """

    why: str
    kinds: frozenset[str]
    before: str = ""
    term: str = ""
    after: str = ""
    around: tuple[str, ...] = ()
    leaves: Severity | None = None
    is_for_strict: bool = False

    def holds(self, view: View) -> bool:
        """Say whether the term is used this way where it stands."""
        return (
            view.kind in self.kinds
            and (self.is_for_strict or view.category not in STRICT)
            and bool(re.search(f"(?:{self.before})$", view.before) if self.before else True)
            and bool(re.search(self.term, view.term) if self.term else True)
            and bool(re.match(self.after, view.after) if self.after else True)
            and all(re.search(pattern, view.sentence) for pattern in self.around)
        )


@dataclass(frozen=True)
class View:
    """A term where it stands: what is before and after it in its sentence."""

    kind: str
    category: Category
    before: str
    term: str
    after: str

    @property
    def sentence(self) -> str:
        """The sentence the term stands in."""
        return self.before + self.term + self.after

    @classmethod
    def of(cls, folded: Folded, span: tuple[int, int], kind: str, category: Category) -> View:
        """Look at `folded.text[start:end]`."""
        start, end = span
        head = folded.text[max(0, start - 80) : start]
        tail = folded.text[end : end + 80]
        before = re.split(r"[。!?!?\n]|(?<!\d)\.(?!\d)", head)[-1]
        after = re.split(r"[。!?!?\n]", tail)[0]
        return cls(kind, category, before, folded.text[start:end], after)


WHYS: Mapping[str, Text] = {
    "use": "How to use the goods.",
    "people": "It speaks of people or of times, not of the goods.",
    "order": "A place in an order, no rank.",
    "advice": "Advice, not praise.",
    "measure": "A measure of the goods in figures.",
    "denied": "It says that it does not claim this.",
    "negated": "It says what the goods do not do.",
    "doctor": "It sends people to a doctor.",
    "name": "A name: a title, a brand or a model.",
    "own_lowest": "The lowest of the own prices in a time, which the price history must bear out.",
    "approved": "A function that was approved for health food; the wording must be the approved one.",
    "attitude": "A way of thinking or working, not the goods.",
    "aim": "An aim, not a claim.",
    "own": "Compared with the own goods only.",
    "award": "A prize or a listing by the state, with its proof.",
    "grade": "A grade of a standard.",
    "fact": "A fact bounded in time and range, with its source.",
    "material": "What the goods are made of.",
    "own_order": "An order of one's own goods.",
    "limit": "A limit that says when it ends.",
    "explained": "The price says what it is and how it was found.",
}
"""Why something is allowed, by the name that a permit gives."""


@cache
def permits() -> tuple[Permit, ...]:
    """Read the declared permits, once."""
    return tuple(
        Permit(
            **{
                **entry,
                "kinds": frozenset(
                    kind for name in entry["kinds"] for kind in declared()["groups"].get(name, [name])
                ),
                "around": tuple(filled(pattern) for pattern in entry.get("around", ())),
            }
        )
        for entry in declared()["permit"]
    )


def permitted(view: View) -> Permit | None:
    """Return the first permitted use that a term is put to, or nothing."""
    return next((permit for permit in permits() if permit.holds(view)), None)
