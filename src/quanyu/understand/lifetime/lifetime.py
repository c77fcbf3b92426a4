"""Lifetime: who is still a customer, and how often each will buy in the time ahead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir
import numpy as np

from quanyu.method import AskCells, Cells, Fit, Inconclusive, Need, Parameters
from quanyu.method.method import Arrays
from quanyu.solve.history import History
from quanyu.solve.value import KINDS, Estimate, Nbd
from quanyu.text import Sentence
from quanyu.understand.lifetime.lifetime_check import Rival, Split, check_holdout, chosen, leaving
from quanyu.understand.lifetime.lifetime_score import score_rows, score_values

WHOLE = ("n_repeats", "span_days", "age_days")
EARLY = ("early_repeats", "early_span_days", "early_age_days", "late_orders")
MOST_GROUPS, LEAST_IN_GROUP = 12, 30
LEAST_BUYERS, LEAST_REPEATERS = 50, 20

Choice = Literal["auto", "bg_nbd", "mbg_nbd", "pareto_nbd"]


@dataclass(frozen=True)
class Lifetime:
    """The specification of a forecast of purchases, one row per buyer.

    A purchase is a day with an order. Rows hold `n_repeats` purchases after the first, `span_days` from the first
    to the last, `age_days` since the first; and, to test the forecast, the same as known `holdout_days` ago
    (`early_repeats`, `early_span_days`, `early_age_days`; null for who came later) with `late_orders`, the purchases since.
    `by` names a column whose groups may buy faster and leave sooner. Buyers first seen in the `warm_up_days` after the
    data begin are mostly old customers, who have proved faithful where nobody looked; they are scored, but not fitted
    to, unless that left less than a third.

    Models: BG/NBD (Fader, Hardie, Lee 2005), MBG/NBD (Batislam and others 2007), Pareto/NBD (Schmittlein,
    Morrison, Colombo 1987), see `quanyu.solve`. With `model="auto"` the one under which the holdout was most
    likely is taken. `expected_orders` is P(alive) E[Y(horizon) | alive]; `discounted_orders` counts a purchase u
    days ahead as (1 + discount_rate)^(-u / 365), the discounted expected transactions of Fader, Hardie and Lee
    2005 (Journal of Marketing Research 42(4)) up to the horizon. Between `orders_low` and `orders_high` lie the purchases of 8 in 10.

    Times may be those of a clock that runs faster on busy days: then `horizon_time`, `holdout_time` and `warm_up_time` are what
    passes on it in the days of the horizon, the holdout and the warm-up; 0 where rows are in days.

    >>> round(Lifetime(horizon_days=180).discount_per_day, 9)
    0.000261124
    """

    horizon_days: int = 365
    discount_rate: float = 0.1
    holdout_days: int = 0
    warm_up_days: int = 0
    model: Choice = "auto"
    by: str = ""
    horizon_time: float = 0.0
    holdout_time: float = 0.0
    warm_up_time: float = 0.0

    @property
    def discount_per_day(self) -> float:
        """The continuous discount rate per day."""
        return math.log1p(self.discount_rate) / 365

    @property
    def ahead(self) -> float:
        """The horizon in the time of the rows."""
        return self.horizon_time or float(self.horizon_days)

    @property
    def held_back(self) -> float:
        """The holdout in the time of the rows."""
        return self.holdout_time or float(self.holdout_days)

    def need(self, t: ir.Table) -> Need:
        """Ask for the distinct histories with their counts: as of now, and split at the holdout."""
        groups = (self.by,) if self.by else ()
        asks = {"whole": AskCells({name: t[name] for name in (*WHOLE, *groups)})}
        if self.holdout_days:
            asks["split"] = AskCells({name: t[name] for name in (*EARLY, *groups)})
        return Need.of(t, **asks)

    def solve(self, stats: Mapping[str, Cells]) -> Parameters | Inconclusive:
        """Fit the models before the holdout, take the one that foresaw it best, and fit it to everything."""
        whole = stats["whole"]
        n_repeaters = int(whole.weight[whole.columns["n_repeats"] > 0].sum()) if whole.n else 0
        if whole.n < LEAST_BUYERS or n_repeaters < LEAST_REPEATERS:
            return Inconclusive(
                Sentence(
                    "{n} buyers, of whom {again} bought again, are too few to tell how long customers stay: at least "
                    "{least} and {least_again} are needed",
                    n=whole.n, again=n_repeaters, least=LEAST_BUYERS, least_again=LEAST_REPEATERS,
                )
            )  # fmt: skip
        groups = self._groups(whole)
        cells = self._history(whole, WHOLE, groups)
        names = tuple(KINDS) if self.model == "auto" else (self.model,)
        rivals, split = self._rivals(names, cells, stats.get("split"), groups)
        best, warm = chosen(rivals), self._warm(cells)
        fitted = Estimate.of(KINDS[best.name], warm, len(groups))
        if not np.all(np.isfinite(fitted.parameters)):
            return Inconclusive(Sentence("the likelihood has no maximum on these histories"))
        reference = Estimate.of(Nbd, warm).log_likelihood
        check = check_holdout(best, rivals, split, (self.holdout_days, self.held_back))
        diagnostics = {
            "n_buyers": whole.n,
            "n_repeat_buyers": n_repeaters,
            "n_fitted": int(warm.n),
            "log_likelihood": fitted.log_likelihood,
            "reference_log_likelihood": reference,
            "leaving": leaving(fitted, warm, reference),
            **_certainty(fitted),
            **check,
        }
        return {**self._learned(best.name, fitted, groups, whole), "diagnostics": diagnostics}

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add p_alive, expected_orders, discounted_orders, orders_low, orders_high.

        P(alive) is worked out row by row; what depends on purchases and age alone comes from a small table that is
        joined. Rows with a number of purchases or an age that did not occur in the fit get nulls.
        """
        return score_rows(estimate_of(fit), fit, t)

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        return score_values(estimate_of(fit), fit, columns)

    def _rivals(
        self, names: tuple[str, ...], cells: History, split: Cells | None, groups: list[str]
    ) -> tuple[list[Rival], Split | None]:
        """Fit each model to what was known before the holdout; without one, to everything."""
        if split is None or split.n < LEAST_BUYERS or not (split.columns["early_repeats"] > 0).any():
            warm = self._warm(cells)
            return [Rival(name, Estimate.of(KINDS[name], warm, len(groups))) for name in names], None
        early = self._history(split, EARLY[:3], groups)
        known, warm = cells.only(cells.age >= self.held_back), self._warm(early)
        rivals = []
        for name in names:
            fitted = Estimate.of(KINDS[name], warm, len(groups))
            foreseen = fitted.log_likelihood_of(known) - fitted.log_likelihood_of(early)
            rivals.append(Rival(name, fitted, foreseen))
        return rivals, Split(early, split.columns["late_orders"].astype(np.float64), warm)

    def _warm(self, cells: History) -> History:
        """The histories to fit: all but those that began while the data did."""
        late = cells.age <= cells.age.max() - (self.warm_up_time or self.warm_up_days)
        kept = float(cells.weight[late].sum())
        is_enough = kept >= max(cells.n / 3, LEAST_BUYERS) and bool((cells.x[late] > 0).any())
        return cells.only(late) if self.warm_up_days and is_enough else cells

    def _groups(self, whole: Cells) -> list[str]:
        """The groups that are told apart, largest first; the last stands for all others."""
        if not self.by:
            return []
        labels, place = np.unique(whole.columns[self.by].astype(str), return_inverse=True)
        n = np.bincount(place, whole.weight)
        order = [at for at in np.lexsort((labels, -n)) if n[at] >= LEAST_IN_GROUP][:MOST_GROUPS]
        named = [str(labels[at]) for at in order]
        return [*named, ""] if len(named) < len(labels) else named

    def _history(self, cells: Cells, names: tuple[str, ...], groups: list[str]) -> History:
        x, t_x, age = (cells.columns[name].astype(np.float64) for name in names)
        weight = cells.weight.astype(np.float64)
        if not groups:
            return History(x, t_x, age, weight)
        return History(x, t_x, age, weight, numbered(cells.columns[self.by], groups))

    def _learned(self, name: str, fitted: Estimate, groups: list[str], whole: Cells) -> dict[str, Any]:
        age = whole.columns["age_days"]
        effects = (
            {"faster": fitted.faster, "sooner": fitted.sooner, "spread": fitted.spread}
            if fitted.spread
            else {}
        )
        return {
            "model": name,
            "parameters": dict(zip(fitted.kind.names, fitted.parameters, strict=True)),
            "groups": groups if fitted.spread else [],
            **effects,
            "n_repeats": np.unique(whole.columns["n_repeats"]),
            "age_days": [int(age.min()), int(age.max())],
        }


def numbered(labels: Any, groups: list[str]) -> Any:
    """Return the number of each label's group; labels without a group belong to the last one."""
    place = {label: at for at, label in enumerate(groups)}
    return np.array([place.get(str(label), len(groups) - 1) for label in labels], dtype=np.int64)


def estimate_of(fit: Fit) -> Estimate:
    """Return the fitted model that a card holds."""
    kind = KINDS[fit.parameters["model"]]
    values = np.array([fit.parameters["parameters"][name] for name in kind.names])
    faster, sooner = (np.array(fit.parameters.get(name, [0.0])) for name in ("faster", "sooner"))
    spread = float(fit.parameters.get("spread", 0.0))
    return Estimate(kind, values, faster=faster, sooner=sooner, spread=spread)


def _certainty(fitted: Estimate) -> dict[str, Any]:
    """Standard errors of the parameters (None where the data cannot tell), and whether the search came to rest."""
    errors = fitted.maximum.standard_error if fitted.maximum else ()
    return {
        "standard_errors": {
            name: float(error) if np.isfinite(error) else None
            for name, error in zip(fitted.kind.names, errors, strict=False)
        },
        "is_settled": bool(
            fitted.maximum and fitted.maximum.is_inside and fitted.maximum.covariance is not None
        ),
    }
