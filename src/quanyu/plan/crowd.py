"""What the review says about people: the eight RFM groups, the recency-frequency grid, portraits,
identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from quanyu.tables.view.rfm_groups import BY_ID
from quanyu.tables.view.trait_names import trait_name
from quanyu.text import Language, Text
from quanyu.workspace import Workspace

TRAITS = (
    "life_cycle", "activity", "funnel_stage", "region", "city_tier", "age_band", "sex", "member_tier", "preferred_platform",
    "preferred_category", "price_band", "favourite_hour",
)  # fmt: skip
"""Traits the report may show, in order of preference."""


@dataclass(frozen=True)
class Group:
    """One RFM group: how many buyers, their money, and their share of both."""

    group_id: str
    n_people: int
    money_amount: float
    people_share: float
    money_share: float
    recency_days: float
    frequency: float

    def name_in(self, language: Language) -> str:
        """Return what it is called."""
        return BY_ID[self.group_id].name_in(language) if self.group_id in BY_ID else self.group_id

    @property
    def action(self) -> Text:
        """What is usually done."""
        return BY_ID[self.group_id].action if self.group_id in BY_ID else ""

    @property
    def average_amount(self) -> float:
        """Money per buyer."""
        return self.money_amount / self.n_people if self.n_people else 0.0


@dataclass(frozen=True)
class Grid:
    """Buyers by recency score (rows, most recent first) and frequency score (columns)."""

    r_scores: tuple[int, ...]
    f_scores: tuple[int, ...]
    n_people: Mapping[tuple[int, int], int]

    @property
    def most(self) -> int:
        """The fullest cell."""
        return max(self.n_people.values(), default=1)

    @property
    def absent(self) -> tuple[str, ...]:
        """The scores from 1 to the highest that nobody has.

        >>> Grid((5, 4), (1, 3), {(5, 1): 2, (4, 3): 1}).absent
        ('R 1', 'R 2', 'R 3', 'F 2')
        """
        sides = (("R", self.r_scores), ("F", self.f_scores))
        return tuple(
            f"{side} {score}"
            for side, scores in sides
            for score in range(1, max(scores, default=0) + 1)
            if score not in scores
        )


@dataclass(frozen=True)
class Distribution:
    """How people spread over the values of a trait: (value, people, share of those with a value)."""

    name: str
    n_known: int
    words: tuple[tuple[str, int, float], ...]

    def name_in(self, language: Language) -> str:
        """Return what the trait is called."""
        return trait_name(self.name, language)


@dataclass(frozen=True)
class Identity:
    """How many people stand behind how many identifiers, and how many were recognised by more than one."""

    n_people: int
    n_identifiers: int
    n_joined: int


def groups(ws: Workspace) -> tuple[Group, ...]:
    """Return the RFM groups in the order of the scheme."""
    rows = ws.warehouse.table("rfm")
    totals = ws.warehouse.read(
        rows.group_by("group").agg(
            n_people=rows.count(),
            money=rows.monetary_amount.sum().cast("float64"),
            recency=rows.recency_days.mean(),
            frequency=rows.frequency.mean(),
        )
    ).to_pylist()
    people, money = sum(row["n_people"] for row in totals), sum(row["money"] for row in totals)
    order = list(BY_ID)
    made = [
        Group(
            group_id=row["group"], n_people=row["n_people"], money_amount=row["money"], people_share=row["n_people"] / people,
            money_share=row["money"] / (money or 1), recency_days=row["recency"], frequency=row["frequency"],
        )
        for row in totals
    ]  # fmt: skip
    return tuple(
        sorted(made, key=lambda group: order.index(group.group_id) if group.group_id in order else len(order))
    )


def grid(ws: Workspace) -> Grid:
    """Return how many buyers have each pair of recency and frequency scores."""
    rows = ws.warehouse.table("rfm")
    counts = ws.warehouse.read(rows.group_by("r_score", "f_score").agg(n=rows.count())).to_pylist()
    cells = {(row["r_score"], row["f_score"]): row["n"] for row in counts}
    r_scores = sorted({r for r, _ in cells}, reverse=True)
    return Grid(tuple(r_scores), tuple(sorted({f for _, f in cells})), MappingProxyType(cells))


def distributions(ws: Workspace) -> tuple[Distribution, ...]:
    """Return the traits that say something: known for at least one in twenty, with at least two values."""
    rows = ws.warehouse.table("portraits")
    n_people = ws.warehouse.count("portraits")
    names = [name for name in TRAITS if name in rows.columns]
    if not names or not n_people:
        return ()
    counted = (
        ibis.union(*[_words(rows, name) for name in names]) if len(names) > 1 else _words(rows, names[0])
    )
    by_trait: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for row in ws.warehouse.read(counted).to_pylist():
        by_trait[row["trait"]].append((row["word"], row["n"]))
    told = [_distribution(name, words) for name, words in by_trait.items()]
    return tuple(
        distribution
        for distribution in told
        if len(distribution.words) > 1 and distribution.n_known * 20 >= n_people
    )


def _words(rows: ir.Table, name: str) -> ir.Table:
    known = rows.filter(rows[name].notnull())
    return known.group_by(trait=ibis.literal(name), word=known[name].cast("string")).agg(n=known.count())


def _distribution(name: str, words: list[tuple[str, int]]) -> Distribution:
    known = sum(n for _, n in words)
    top = sorted(words, key=lambda pair: (-pair[1], pair[0]))
    return Distribution(name, known, tuple((word, n, n / known) for word, n in top))


def identity(ws: Workspace) -> Identity:
    """Return the figures of identity."""
    rows = ws.warehouse.table("identities")
    each = rows.group_by("person_id").agg(n=rows.count())
    figures = ws.warehouse.read(
        each.agg(people=each.count(), identifiers=each.n.sum(), joined=(each.n > 1).cast("int64").sum())
    ).to_pylist()[0]
    return Identity(figures["people"], figures["identifiers"] or 0, figures["joined"] or 0)
