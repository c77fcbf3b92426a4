"""Attribution in the shape of a method: cells of paths go in, what a contact is worth comes back as an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.measure.touch import route
from quanyu.method import AskCells, Cells, Fit, Inconclusive, Need, Parameters
from quanyu.method.method import Arrays
from quanyu.solve.array import Floats
from quanyu.solve.attribution import Model, Paths, markov, tally
from quanyu.solve.attribution.game import shapley
from quanyu.solve.attribution.rule import first, last, linear, position
from quanyu.text import Sentence

Kind = Literal["last", "first", "linear", "position", "markov", "shapley"]


@dataclass(frozen=True)
class Attribution:
    """The specification of a credit: rows are paths, one per time that somebody took one.

    Rows hold `path` (channels joined by " > ") and `is_conversion`. The fit holds, per channel, the credited
    `conversions`, the contacts, and for Markov the removal effect; `score` adds to rows that name a `channel` the
    `credit`: credited conversions per contact of that channel, null where the fit does not know it.

    The shape fits what distinct paths and their counts can tell. It does not fit time decay, which needs the age of
    every touch, nor revenue and intervals: the loop's step `attribution` works those out. See `docs/methods/attribution.md`
    for the formulas and their sources.

    >>> Attribution("markov", order=2).order
    2
    """

    model: Kind = "markov"
    order: int = 1
    ends: tuple[float, float] = (0.4, 0.4)

    def need(self, t: ir.Table) -> Need:
        """Ask for the distinct paths with their counts, those that led to an order apart from those that did not."""
        return Need.of(t, paths=AskCells({"path": t.path, "is_conversion": t.is_conversion}))

    def solve(self, stats: Mapping[str, Cells]) -> Parameters | Inconclusive:
        """Credit the conversions to the channels of the paths."""
        cells = stats["paths"]
        is_conversion = np.asarray(cells.columns["is_conversion"], dtype=bool)
        outcome = np.where(is_conversion, cells.weight, 0).astype(np.float64)
        if not outcome.sum():
            return Inconclusive(Sentence("no path led to an order"))
        paths, names = route.parse(pa.array(cells.columns["path"], pa.string()))
        nulls = np.where(is_conversion, 0, cells.weight).astype(np.float64)
        contacts = tally(paths.keys, cells.weight.astype(np.float64)[paths.path], paths.n_keys)
        model = BUILT[self.model](self, paths)
        credit = model.credit(outcome[:, None], nulls)[:, 0]
        learned: dict[str, Any] = {
            "conversions": dict(zip(names, credit.tolist(), strict=True)),
            "contacts": dict(zip(names, contacts.tolist(), strict=True)),
        }
        if self.model == "markov":
            learned["removal_effects"] = dict(
                zip(names, _removal(model, outcome, nulls).tolist(), strict=True)
            )
        diagnostics = {"n_paths": cells.n, "n_conversions": int(outcome.sum()), "n_distinct": len(outcome)}
        return learned | {"diagnostics": diagnostics}

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add `credit`."""
        worth = [(t.channel == name, ibis.literal(value, "float64")) for name, value in _worth(fit).items()]
        return t.mutate(credit=ibis.cases(*worth, else_=ibis.null("float64")))

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        worth = _worth(fit)
        return {"credit": np.array([worth.get(str(name), np.nan) for name in columns["channel"]])}


BUILT: Mapping[Kind, Callable[[Attribution, Paths], Model]] = MappingProxyType(
    {
        "last": lambda spec, paths: last(paths),
        "first": lambda spec, paths: first(paths),
        "linear": lambda spec, paths: linear(paths),
        "position": lambda spec, paths: position(paths, spec.ends),
        "markov": lambda spec, paths: markov(paths, spec.order),
        "shapley": lambda spec, paths: shapley(paths),
    }
)


def _removal(model: Any, outcome: Floats, nulls: Floats) -> Floats:
    credit: Floats = model.removal(outcome[:, None], nulls)[:, 0]
    return credit


def _worth(fit: Fit) -> dict[str, float]:
    """Return the credited conversions per contact of every channel."""
    contacts = fit.parameters["contacts"]
    return {name: value / contacts[name] for name, value in fit.parameters["conversions"].items()}
