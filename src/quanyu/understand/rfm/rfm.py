"""RFM: how recently, how often and for how much people bought, in scores and eight named groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np

from quanyu.ledger import keep_fit
from quanyu.method import AskCells, Cells, Fit, Inconclusive, Need, Parameters, fit
from quanyu.method.method import Arrays
from quanyu.method.person import owners
from quanyu.method.scratch import Scratch
from quanyu.part.step import Step
from quanyu.tables.sale import is_sale
from quanyu.tables.view.rfm_groups import GROUPS
from quanyu.text import Sentence
from quanyu.understand.settings import RfmSettings
from quanyu.warehouse.portable import days_between, group_key, local_day, money
from quanyu.workspace import Workspace

AXES = MappingProxyType({"r": "recency_days", "f": "frequency", "m": "monetary_amount"})


@dataclass(frozen=True)
class Rfm:
    """The specification of an RFM grouping.

    `cut` says where an axis turns high: at the `mean` or the `median` of all buyers (a value equal to the cut
    is high; for recency equal or fewer days are), at the mean `quantile` score, or
    at `fixed` values (days, orders, money). Scores run from 1 to `quantiles`, always by the discrete
    quantiles (the value at place ceil(q * n)); equal values get equal scores. `money` is the `sum` or the
    `average` per order; `basis` counts `net` of refunds and returns or `gross`.

    Source of the groups: the rule table of the Chinese eight-group scheme (八大客群); of the scores:
    Hughes (1994), Strategic Database Marketing.

    >>> Rfm(cut="median").quantiles
    5
    """

    window_days: int | None = None
    cut: Literal["mean", "median", "quantile", "fixed"] = "median"
    quantiles: int = 5
    fixed: tuple[float, float, float] = (10.0, 3.0, 200.0)
    money: Literal["sum", "average"] = "sum"
    basis: Literal["net", "gross"] = "net"

    def need(self, t: ir.Table) -> Need:
        """Ask for the distinct values of each axis with their counts."""
        return Need.of(t, **{axis: AskCells({column: t[column]}) for axis, column in AXES.items()})

    def solve(self, stats: Mapping[str, Cells]) -> Parameters | Inconclusive:
        """Find the quantile cuts and where each axis turns high."""
        n = stats["r"].n
        if not n:
            return Inconclusive(Sentence("nobody has bought anything in the window"))
        shares = [step / self.quantiles for step in range(1, self.quantiles)]
        cuts = {axis: [stats[axis].quantile(share) for share in shares] for axis in AXES}
        high = {axis: self._high(axis, stats[axis], cuts[axis]) for axis in AXES}
        middle = {axis: stats[axis].median() for axis in AXES}
        return {"cuts": cuts, "high": high, "diagnostics": {"n_buyers": n, "medians": middle}}

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add r_score, f_score, m_score and group."""
        scores = {axis: _score(t[column], axis, fit) for axis, column in AXES.items()}
        high = [_is_high(t[column], scores[axis], axis, fit) for axis, column in AXES.items()]
        branches = [
            (ibis.and_(*_as_wanted(high, group.is_high)), ibis.literal(group.group_id)) for group in GROUPS
        ]
        return t.mutate(
            **{f"{axis}_score": score for axis, score in scores.items()}, group=ibis.cases(*branches)
        )

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        values: dict[str, Any] = {axis: columns[column].astype(np.float64) for axis, column in AXES.items()}
        scores: dict[str, Any] = {axis: _score_array(values[axis], axis, fit) for axis in AXES}
        high = np.stack([_is_high(values[axis], scores[axis], axis, fit) for axis in AXES], axis=1)
        wanted = np.array([group.is_high for group in GROUPS])
        place = (high[:, None, :] == wanted[None, :, :]).all(axis=2).argmax(axis=1)
        names = np.array([group.group_id for group in GROUPS], dtype=object)
        return {**{f"{axis}_score": score for axis, score in scores.items()}, "group": names[place]}

    def _high(self, axis: str, cells: Cells, cuts: list[float]) -> float:
        if self.cut == "quantile":
            values = next(iter(cells.columns.values())).astype(np.float64)
            bucket = np.searchsorted(cuts, values, side="left")
            score = (self.quantiles - bucket) if axis == "r" else bucket + 1
            return float(np.average(score, weights=cells.weight))
        average = {"mean": cells.mean, "median": cells.median}.get(self.cut)
        return average() if average else self.fixed["rfm".index(axis)]


def _as_wanted(claims: Sequence[ir.BooleanValue], wanted: Sequence[bool]) -> list[ir.BooleanValue]:
    return [claim if is_high else ~claim for claim, is_high in zip(claims, wanted, strict=True)]


def _score(value: ir.NumericColumn, axis: str, fit: Fit) -> ir.IntegerColumn:
    """Count the cuts below the value; few days since the last order score high."""
    above = [(value.cast("float64") > cut).cast("int64") for cut in fit.parameters["cuts"][axis]]
    passed = sum(above[1:], above[0])
    return (len(above) + 1 - passed) if axis == "r" else (passed + 1)


def _score_array(value: Any, axis: str, fit: Fit) -> Any:
    cuts = np.asarray(fit.parameters["cuts"][axis])
    passed = np.searchsorted(cuts, value, side="left")
    return (len(cuts) + 1 - passed) if axis == "r" else (passed + 1)


def _is_high(value: Any, score: Any, axis: str, fit: Fit) -> Any:
    """Say where an axis is high: works on expressions and on arrays alike."""
    limit = fit.parameters["high"][axis]
    if fit.spec["cut"] == "quantile":
        return score >= limit
    measured = value.cast("float64") if isinstance(value, ir.Column) else value
    return measured <= limit if axis == "r" else measured >= limit


def buyers(ws: Workspace, as_of: dt.date, spec: Rfm) -> ir.Table:
    """Return one row per buyer: person_id, recency_days, frequency, monetary_amount.

    Frequency counts the sales in the window (`quanyu.tables.sale`); a person without one is no buyer. Net basis: money
    is the sum of net amounts over all orders and return documents in the window. Gross basis: the gross amounts of the sales.
    """
    orders = ws.warehouse.table("orders")
    day = local_day(orders.ordered_at, ws.settings.timezone)
    orders = orders.mutate(_day=day).filter(lambda t: t["_day"] <= ibis.literal(as_of))
    if spec.window_days is not None:
        first = as_of - dt.timedelta(days=spec.window_days)
        orders = orders.filter(lambda t: t["_day"] >= ibis.literal(first))
    amount = orders.net_amount if spec.basis == "net" else orders.gross_amount
    counts = is_sale(orders)
    orders = orders.mutate(key=group_key(orders.id_key))
    per_key = orders.group_by("key").aggregate(
        last_on=orders["_day"].max(where=counts),
        n=counts.cast("int64").sum(),
        amount=amount.sum() if spec.basis == "net" else amount.sum(where=counts),
    )
    joined = per_key.inner_join(owners(ws.warehouse), "key")
    people = joined.group_by("person_id").aggregate(
        last_on=joined.last_on.max(), frequency=joined.n.sum().cast("int64"), amount=joined.amount.sum()
    )
    people = people.filter(people.frequency > 0)
    amount = people.amount.cast("decimal(18, 2)")
    if spec.money == "average":
        amount = money(amount.cast("float64") / people.frequency)
    return people.select(
        "person_id", "frequency", recency_days=days_between(as_of, people.last_on), monetary_amount=amount
    )


def rfm(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Fit RFM as the settings say, keep the fit, and write the table `rfm`: the loop step."""
    spec = Rfm(**ws.settings.of(RfmSettings).model_dump())
    with Scratch(ws) as scratch:
        # Buyers are read twice, to fit and to score.
        return _group(ws, as_of, spec, scratch.keep(buyers(ws, as_of, spec)))


def _group(ws: Workspace, as_of: dt.date, spec: Rfm, rows: ir.Table) -> Mapping[str, Any]:
    first = None if spec.window_days is None else as_of - dt.timedelta(days=spec.window_days)
    versions = {name: ws.warehouse.version(name) for name in ("orders", "identities")}
    fitted = fit(
        spec, rows, reduce=ws.warehouse.read, window=(first, as_of), versions=versions, seed=ws.settings.seed
    )
    if isinstance(fitted, Inconclusive):
        empty = ws.warehouse.table("rfm").filter(ibis.literal(False))
        ws.warehouse.replace("rfm", empty, by="understand")
        return {"inconclusive": fitted.reason, "n_buyers": 0}
    fit_id = keep_fit(ws.ledger, fitted.kept(ws.now()))
    scored = spec.score(fitted, rows).mutate(as_of=ibis.literal(as_of), fit_id=ibis.literal(fit_id))
    change = ws.warehouse.replace("rfm", scored, by="understand")
    return {"n_buyers": change.added, "fit_id": fit_id}


STEP = Step(
    "rfm",
    "Group buyers by recency, frequency and money",
    ("identities", "orders"),
    ("rfm",),
    rfm,
    ("rfm", "seed"),
)
