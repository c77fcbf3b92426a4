"""Occasions: buyers who can buy once a period (a yearly appeal, a monthly box), and who of them is still there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.method import AskCells, Cells, Fit, Inconclusive, Need, Parameters
from quanyu.method.method import Arrays
from quanyu.solve.history import History
from quanyu.solve.value import BgBb, Estimate
from quanyu.text import Sentence
from quanyu.warehouse.portable import days_between

COLUMNS = ("n_repeats", "last_occasion", "n_occasions")
LEAST_BUYERS = 50


@dataclass(frozen=True)
class Occasion:
    """The specification of a forecast over occasions, one row per buyer.

    Rows hold `n_occasions` that a buyer has had since the first purchase, on how many of them they bought (`n_repeats`),
    and the number of the last one they bought on (`last_occasion`, 0 for none). The model is BG/BB (Fader, Hardie and
    Shang 2010, see `quanyu.solve.value.bg_bb`). `expected_orders` counts purchases on the next `ahead` occasions,
    `discounted_orders` the k-th of them as (1 + discount_rate)^-k.

    >>> Occasion(ahead=5).ahead
    5
    """

    ahead: int = 12
    discount_rate: float = 0.0

    def need(self, t: ir.Table) -> Need:
        """Ask for the distinct histories with their counts."""
        return Need.of(t, cells=AskCells({name: t[name] for name in COLUMNS}))

    def solve(self, stats: Mapping[str, Cells]) -> Parameters | Inconclusive:
        """Find the largest likelihood."""
        cells = stats["cells"]
        x, t_x, age = (cells.columns[name].astype(np.float64) for name in COLUMNS)
        if cells.n < LEAST_BUYERS or not (x > 0).any() or age.max() < 2:
            return Inconclusive(
                Sentence(
                    "{n} buyers are too few, or have had too few occasions: at least {least} with repeat purchases over "
                    "two occasions are needed",
                    n=cells.n,
                    least=LEAST_BUYERS,
                )
            )
        fitted = Estimate.of(BgBb, History(x, t_x, age, cells.weight.astype(np.float64)))
        errors = fitted.maximum.standard_error if fitted.maximum else np.full(4, np.nan)
        shown = [float(error) if np.isfinite(error) else None for error in errors]
        diagnostics = {
            "n_buyers": cells.n,
            "log_likelihood": fitted.log_likelihood,
            "standard_errors": dict(zip(BgBb.names, shown, strict=True)),
        }
        return {
            "parameters": dict(zip(BgBb.names, fitted.parameters, strict=True)),
            "n_occasions": np.unique(cells.columns["n_occasions"]),
            "diagnostics": diagnostics,
        }

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add p_alive (on the next occasion), expected_orders, discounted_orders, from a table of all histories.

        Rows whose number of occasions did not occur in the fit get nulls.
        """
        rows = [
            (x, last, n)
            for n in fit.parameters["n_occasions"]
            for last in range(n + 1)
            for x in range(1 if last else 0, last + 1)
        ]
        cells = dict(zip(COLUMNS, np.array(rows, dtype=np.int64).reshape(-1, 3).T, strict=True))
        scores = pa.table(
            {**{f"_{name}": values for name, values in cells.items()}, **self.score_arrays(fit, cells)}
        )
        table = ibis.memtable(scores)
        joined = t.left_join(table, [t[name] == table[f"_{name}"] for name in COLUMNS])
        return joined.select(*t.columns, "p_alive", "expected_orders", "discounted_orders")

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        model = BgBb(*(float(fit.parameters["parameters"][name]) for name in BgBb.names))
        x, t_x, age = (columns[name].astype(np.float64) for name in COLUMNS)
        return {
            "p_alive": model.p_alive_next(x, t_x, age),
            "expected_orders": model.expected(x, t_x, age, self.ahead),
            "discounted_orders": model.expected(x, t_x, age, self.ahead, self.discount_rate),
        }


def occasions(days: ir.Table, as_of: dt.date, every_days: int) -> ir.Table:
    """Return one row per buyer with key, n_repeats, last_occasion, n_occasions, from purchase days.

    An occasion is a full period of `every_days` after the first purchase; several purchases in it count once.
    """
    bought = days.filter(days.is_purchase)
    first = bought.group_by("person").aggregate(first_on=bought.day.min())
    dated = bought.inner_join(first, "person")
    passed = dated.day.delta(dated.first_on, unit="day").cast("int64")
    place = ((passed + every_days - 1) / every_days).floor().cast("int64")
    had = (days_between(as_of, dated.first_on) / every_days).floor().cast("int64")
    dated = dated.mutate(place=place, had=had)
    counts = (dated.place > 0) & (dated.place <= dated.had)
    return dated.group_by("person").aggregate(
        key=dated.key.min(),
        n_repeats=dated.place.nunique(where=counts),
        last_occasion=dated.place.max(where=counts).fill_null(0),
        n_occasions=dated.had.max(),
    ).drop("person")  # fmt: skip
