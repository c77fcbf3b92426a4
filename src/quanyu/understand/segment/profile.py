"""What sets a segment apart: values of traits that its people have more often, or less often, than all others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import ibis
import ibis.expr.types as ir

from quanyu.errors import RuleError
from quanyu.ledger import Segment
from quanyu.rule import parse, printed
from quanyu.rule.tree import Apply, Literal, Name, columns
from quanyu.understand.trait import traits
from quanyu.workspace import Workspace

FEWEST = 20
"""People with a value, on both sides together, below which nothing is said of it."""
MOST_WORDS = 12
"""The most frequent words of a trait that are looked at."""
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Trace:
    """One value of a trait, as a rule that finds it, and how often it occurs in a segment and among all others.

    `lift` is the ratio of the shares; `low` and `high` hold the true one in 95 of 100 profiles for all traces of a profile
    at once.

    >>> Trace("city", "city = 上海", 0.4, 0.1, 4.0, 3.1, 5.2).is_more
    True
    """

    trait: str
    rule: str
    share: float
    rest: float
    lift: float
    low: float
    high: float

    @property
    def is_more(self) -> bool:
        """Whether the segment has it more often."""
        return self.lift > 1

    @property
    def change(self) -> tuple[float, float, float]:
        """How much more often the segment has it, as a share of how often others do, and the ends of the interval.

        >>> Trace("city", "city = 上海", 0.4, 0.1, 4.0, 3.0, 5.0).change
        (3.0, 2.0, 4.0)
        """
        return self.lift - 1, self.low - 1, self.high - 1


def profile(ws: Workspace, segment: Segment, most: int = 12) -> tuple[Trace, ...]:
    """Return what sets a segment apart, the strongest first; traits that its own rule names are left out.

    A trace is told if its interval does not hold 1. Intervals of ratios of shares are those of Katz et al. (Biometrics 34,
    1978, 469-474), log(a/n / (b/m)) -+ z sqrt(1/a - 1/n + 1/b - 1/m), with z after Bonferroni for the values compared.
    """
    portraits, members = ws.warehouse.table("portraits"), ws.warehouse.table("segment_members")
    held = members.filter(members.segment_id == segment.segment_id).select("person_id", is_held=True)
    view = portraits.left_join(held, "person_id").select(*portraits.columns, "is_held")
    view = view.mutate(is_in=view.is_held.notnull())
    own = set(columns(parse(segment.rule)))
    asked = [trait for trait in traits(ws) if trait.name in portraits.columns and trait.name not in own]
    words = [trait.name for trait in asked if trait.kind in ("text", "flag")]
    numbers = [trait.name for trait in asked if trait.kind in ("integer", "number", "money", "price")]
    cells = [*_of_words(ws, view, words), *_of_numbers(ws, view, numbers)]
    wide = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(len(cells), 1))
    traces = (trace for cell in cells if (trace := _trace(cell, wide)) and (trace.low > 1 or trace.high < 1))
    return tuple(sorted(traces, key=lambda trace: (-abs(math.log(trace.lift)), trace.rule))[:most])


@dataclass(frozen=True)
class _Cell:
    """A value of a trait: people with it in the segment and outside, and all of whom the trait is known."""

    trait: str
    rule: str
    n_in: int
    n_out: int
    all_in: int
    all_out: int


def _of_words(ws: Workspace, view: ir.Table, names: list[str]) -> Iterator[_Cell]:
    """Yield the most frequent words of traits."""
    parts = [
        view.filter(view[name].notnull())
        .group_by(word=view[name].cast("string"))
        .agg(n_in=ibis._.is_in.sum(), n=ibis._.count())
        .mutate(trait=ibis.literal(name))
        for name in names
    ]
    if not parts:
        return
    rows = ws.warehouse.read(ibis.union(*parts).order_by("trait", ibis.desc("n"), "word")).to_pylist()
    for name in names:
        listed = [row for row in rows if row["trait"] == name]
        all_in, n = sum(row["n_in"] for row in listed), sum(row["n"] for row in listed)
        for row in listed[:MOST_WORDS]:
            rule = _rule("=", name, row["word"])
            if rule:
                yield _Cell(name, rule, row["n_in"], row["n"] - row["n_in"], all_in, n - all_in)


def _of_numbers(ws: Workspace, view: ir.Table, names: list[str]) -> Iterator[_Cell]:
    """Yield the lowest and the highest quarter of traits."""
    quarters = {
        f"{name}_{at}": view[name].cast("float64").quantile(at / 4) for name in names for at in (1, 3)
    }
    if not quarters:
        return
    (cut,) = ws.warehouse.read(view.aggregate(**quarters)).to_pylist()
    claims = {
        (name, sign): (sign, cut[f"{name}_{at}"])
        for name in names
        for sign, at in (("<=", 1), (">=", 3))
        if cut[f"{name}_{at}"] is not None
    }
    sums: Mapping[str, ir.Value] = {
        f"{name}{side}{sign}": _sum(view, name, sign, edge, is_in)
        for (name, sign), (_, edge) in claims.items()
        for side, is_in in (("_in", True), ("_out", False))
    } | {
        f"{name}{side}": (view[name].notnull() & (view.is_in == is_in)).sum()
        for name in names
        for side, is_in in (("_in", True), ("_out", False))
    }
    (row,) = ws.warehouse.read(view.aggregate(**sums)).to_pylist()
    for (name, sign), (_, edge) in claims.items():
        rule = _rule(sign, name, f"{edge:.10g}")
        yield _Cell(
            name,
            rule,
            row[f"{name}_in{sign}"],
            row[f"{name}_out{sign}"],
            row[f"{name}_in"],
            row[f"{name}_out"],
        )


def _sum(view: ir.Table, name: str, sign: str, edge: float, is_in: bool) -> ir.Value:
    value = view[name].cast("float64")
    claim = value <= edge if sign == "<=" else value >= edge
    return (claim & (view.is_in == is_in)).fill_null(False).sum()


def _rule(sign: str, column: str, word: str) -> str:
    try:
        return printed(Apply(sign, (Name(column), Literal(word))))
    except RuleError:
        return ""


def _trace(cell: _Cell, wide: float) -> Trace | None:
    """Return a cell with its lift; None where too few people tell."""
    n_in, n_out = cell.n_in or 0, cell.n_out or 0
    if min(n_in, n_out) == 0 or n_in + n_out < FEWEST or not cell.all_in or not cell.all_out:
        return None
    share, rest = n_in / cell.all_in, n_out / cell.all_out
    if share == rest == 1:
        return None
    error = math.sqrt(max(1 / n_in - 1 / cell.all_in + 1 / n_out - 1 / cell.all_out, 0.0))
    lift = share / rest
    return Trace(
        trait=cell.trait,
        rule=cell.rule,
        share=share,
        rest=rest,
        lift=lift,
        low=lift * math.exp(-wide * error),
        high=lift * math.exp(wide * error),
    )


__all__ = ["Trace", "profile"]
