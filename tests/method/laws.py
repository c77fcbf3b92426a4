"""The conformance battery that every method passes: call `check_laws` from its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.method import Cells, Fit, Inconclusive, Method, Moments, fit, measure
from quanyu.method.fit import Reduce
from quanyu.method.need import Stats

Load: TypeAlias = Callable[[pa.Table], tuple[ir.Table, Reduce]]
"""Puts rows into an engine and returns them as an expression with what runs it."""


class LawBrokenError(AssertionError):
    """A method breaks a law; the message names it."""


@dataclass(frozen=True)
class Case:
    """A method, rows to fit it on (with a column `key` that is unique) and one loader per engine."""

    method: Method
    rows: pa.Table
    engines: Sequence[Load]
    seed: int = 0

    def fitted(self, rows: pa.Table, engine: Load) -> Fit | Inconclusive:
        """Return the fit on some rows in some engine."""
        table, run = engine(rows)
        return fit(self.method, table, reduce=run, seed=self.seed)

    def stats(self, rows: pa.Table) -> Stats:
        """Return the first answers the method asks for, from the first engine."""
        table, run = self.engines[0](rows)
        return measure(self.method.need(table), run)[0]

    def shuffled(self) -> pa.Table:
        """Return the rows in another order."""
        return self.rows.take(np.random.default_rng(self.seed).permutation(len(self.rows)))


def check_laws(case: Case) -> None:
    """Raise `LawBrokenError` for the first law that the method breaks."""
    for law in LAWS:
        law(case)


def parts_add_up(case: Case) -> None:
    """The statistics of two halves add up to those of the whole."""
    half = len(case.rows) // 2
    first, second, whole = (case.stats(rows) for rows in (case.rows[:half], case.rows[half:], case.rows))
    for name, total in whole.items():
        _require(
            is_close(_pooled(first[name], second[name]), total),
            f"the parts of {name!r} do not add up to the whole",
        )


def order_does_not_matter(case: Case) -> None:
    """Shuffled rows give the same bytes."""
    _same_fits(case, case.shuffled(), case.engines[0], "the order of the rows changes the fit")


def same_seed_same_bytes(case: Case) -> None:
    """Fitting twice gives the same bytes."""
    _same_fits(case, case.rows, case.engines[0], "the same rows and seed give another fit")


def engines_agree(case: Case) -> None:
    """Every engine gives the same bytes and the same scores."""
    scores = [_scores(case, engine) for engine in case.engines]
    for engine, scored in zip(case.engines[1:], scores[1:], strict=True):
        _same_fits(case, case.rows, engine, "two engines disagree on the fit")
        for name, values in scores[0].items():
            _require(is_close(values, scored[name]), f"two engines disagree on the score {name!r}")


def engine_scores_as_numpy(case: Case) -> None:
    """The expression gives what the arrays give."""
    fitted = case.fitted(case.rows, case.engines[0])
    if isinstance(fitted, Inconclusive):
        return
    ordered = case.rows.sort_by("key")
    arrays = {name: as_array(ordered[name]) for name in ordered.column_names}
    scored = _scores(case, case.engines[0])
    for name, values in case.method.score_arrays(fitted, arrays).items():
        _require(is_close(values, scored[name]), f"engine and arrays disagree on the score {name!r}")


def nothing_is_inconclusive(case: Case) -> None:
    """No rows give `Inconclusive` with a reason, never neutral numbers."""
    fitted = case.fitted(case.rows[:0], case.engines[0])
    _require(isinstance(fitted, Inconclusive) and bool(fitted.reason), "an empty table gives numbers")


LAWS = (
    parts_add_up,
    order_does_not_matter,
    same_seed_same_bytes,
    engines_agree,
    engine_scores_as_numpy,
    nothing_is_inconclusive,
)


def is_close(left: Any, right: Any) -> bool:
    """Say whether two statistics are equal: exactly, or to 1e-12 relative where they are floats."""
    if isinstance(left, Mapping):
        return left.keys() == right.keys() and all(is_close(left[name], right[name]) for name in left)
    if isinstance(left, Cells):
        return is_close(left.columns, right.columns) and is_close(left.weight, right.weight)
    if isinstance(left, Moments):
        scale = np.sqrt(np.outer(np.diag(right.comoment), np.diag(right.comoment)))
        return bool(
            left.n == right.n
            and np.allclose(left.mean, right.mean, rtol=1e-12, atol=1e-300)
            and np.all(np.abs(left.comoment - right.comoment) <= 1e-11 * scale + 1e-300)
        )
    a, b = np.asarray(left), np.asarray(right)
    if a.shape == b.shape and a.dtype.kind == b.dtype.kind == "f":
        return bool(np.allclose(a, b, rtol=1e-12, atol=0.0, equal_nan=True))
    return a.shape == b.shape and bool(np.all(a == b))


def as_array(column: pa.ChunkedArray) -> Any:
    """Return a column as an array, decimals as floats."""
    return (column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column).to_numpy()


def _pooled(left: Any, right: Any) -> Any:
    if isinstance(left, Mapping):
        return {
            group: left[group] + right[group]
            if group in left and group in right
            else left.get(group, right.get(group))
            for group in {**left, **right}
        }
    return left + right


def _same_fits(case: Case, rows: pa.Table, engine: Load, message: str) -> None:
    first, other = case.fitted(case.rows, case.engines[0]), case.fitted(rows, engine)
    as_bytes = [result.to_json() if isinstance(result, Fit) else result.reason for result in (first, other)]
    _require(as_bytes[0] == as_bytes[1], message)


def _scores(case: Case, engine: Load) -> Mapping[str, Any]:
    fitted = case.fitted(case.rows, engine)
    if isinstance(fitted, Inconclusive):
        return {}
    table, run = engine(case.rows)
    scored = run(case.method.score(fitted, table)).sort_by("key")
    return {
        name: as_array(scored[name]) for name in scored.column_names if name not in case.rows.column_names
    }


def _require(claim: bool, message: str) -> None:
    if not claim:
        raise LawBrokenError(f"Law broken: {message}.")
