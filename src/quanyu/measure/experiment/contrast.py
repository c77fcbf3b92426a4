"""Arms against control: every metric of every experiment from one scan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from quanyu.method import AskMoments, Fit, Inconclusive, Moments, Need, Parameters
from quanyu.method.assignment import CONTROL
from quanyu.method.card import plain
from quanyu.method.method import Arrays
from quanyu.solve.experiment import FEW_EVENTS, Sample, cuped, fieller, spread, steadied
from quanyu.text import Sentence, Text

LEAST_PEOPLE = 30
"""An arm with fewer people is not read."""
LEAST_EVENTS = 5
"""An arm in which fewer did what everything hangs on (bought) is not read: the mean of so few is not normal."""
DIGITS = 9
"""Significant digits of what is learned: more would differ with the order in which an engine adds."""
THETA_DIGITS = 6
"""The same for weights, which covariates that are nearly alike make uncertain; lifts are worked out from these."""

REASONS: Mapping[str, Text] = {
    "not_begun": "No day of the window has passed",
    "no_control": "Nobody was kept out to compare with",
    "too_few_people": "Too few people in an arm",
    "too_few_buyers": "Too few have bought in an arm",
    "no_variation": "Everybody did the same",
    "no_margin": "The margin of too many orders is not known",
}
"""Why there is no reading."""


@dataclass(frozen=True)
class Contrast:
    """The specification of a reading: rows are people, with columns `experiment`, `arm`, outcomes and covariates.

    Each arm is compared with the arm `control`. Covariates are columns known before the assignment; they adjust every
    outcome (CUPED, with one set of weights per experiment and outcome), or nothing does (Welch). `hinge`
    names the outcome of zeros and ones that the others hang on. `confidence` is that of the intervals: of
    the difference by Student's t, of the relative lift by Fieller's method.

    >>> Contrast(("visit", "spend"), covariates=("history",)).confidence
    0.95
    """

    outcomes: tuple[str, ...]
    covariates: tuple[str, ...] = ()
    hinge: str = ""
    confidence: float = 0.95

    def need(self, t: ir.Table) -> Need:
        """Ask for the co-moments of all outcomes and covariates in every arm."""
        values = {name: t[name] for name in (*self.outcomes, *self.covariates)}
        return Need.of(t, {"experiment": t.experiment, "arm": t.arm}, arms=AskMoments(values))

    def solve(self, stats: Mapping[str, Mapping[tuple[str, str], Moments]]) -> Parameters | Inconclusive:
        """Compare every arm with control; an experiment that cannot be read keeps the reason."""
        experiments: dict[str, dict[str, Moments]] = {}
        for (experiment, arm), moments in stats["arms"].items():
            experiments.setdefault(experiment, {})[arm] = moments
        if not experiments:
            return Inconclusive(Sentence("nobody was assigned to an arm"))
        readings = {name: self._read(arms) for name, arms in sorted(experiments.items())}
        learned: dict[str, Any] = plain(readings, digits=DIGITS)
        n_people = sum(moments.n for moments in stats["arms"].values())
        return {"experiments": learned, "diagnostics": {"n_people": n_people}}

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add `<outcome>_adjusted`: what a person did, less what the covariates led to expect of them."""
        known = fit.parameters["experiments"]

        def expected(outcome: str) -> ir.Value:
            parts = [
                (t.experiment == name, self._expected(reading, outcome, {c: t[c] for c in self.covariates}))
                for name, reading in known.items()
            ]
            return ibis.cases(*parts, else_=0.0)

        return t.mutate(
            **{f"{name}_adjusted": t[name].cast("float64") - expected(name) for name in self.outcomes}
        )

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        experiment = columns["experiment"]
        before = {name: columns[name].astype(np.float64) for name in self.covariates}
        added = {}
        for outcome in self.outcomes:
            expected = np.zeros(len(experiment))
            for name, reading in fit.parameters["experiments"].items():
                expected = np.where(experiment == name, self._expected(reading, outcome, before), expected)
            added[f"{outcome}_adjusted"] = columns[outcome].astype(np.float64) - expected
        return added

    def _expected(self, reading: Mapping[str, Any], outcome: str, before: Mapping[str, Any]) -> Any:
        """Return theta'(x - mean): works on expressions and on arrays alike."""
        terms = [
            (before[name].cast("float64") if isinstance(before[name], ir.Column) else before[name]) * theta
            - mean * theta
            for name, mean, theta in zip(
                self.covariates, reading["base"], reading["theta"][outcome], strict=True
            )
        ]
        return reduce(add, terms) if terms else 0.0

    def _read(self, arms: Mapping[str, Moments]) -> dict[str, Any]:
        n, k = {name: arm.n for name, arm in sorted(arms.items())}, len(self.outcomes)
        reason = self._refusal(arms)
        whole = reduce(add, arms.values())
        theta = {name: [0.0] * len(self.covariates) for name in self.outcomes}
        read: dict[str, Any] = {
            "n": n,
            "reason": reason,
            "base": list(whole.mean[k:]),
            "theta": theta,
            "lifts": [],
        }
        if reason:
            return read
        samples = {name: Sample(moments.n, moments.mean, moments.comoment) for name, moments in arms.items()}
        for place, outcome in enumerate(self.outcomes):
            places = [place, *range(k, k + len(self.covariates))]
            of_outcome = {name: sample.of(places) for name, sample in samples.items()}
            theta[outcome] = _weights(list(of_outcome.values()))
            of_outcome = {name: self._steadied(name, arms, of_outcome, theta[outcome]) for name in n}
            read["lifts"] += [
                {"arm": name, "metric": outcome}
                | self._lift(of_outcome[name], of_outcome[CONTROL], theta[outcome])
                for name in n
                if name != CONTROL
            ]
        return read

    def _refusal(self, arms: Mapping[str, Moments]) -> str:
        if CONTROL not in arms or len(arms) < 2:
            return "no_control"
        if min(arm.n for arm in arms.values()) < LEAST_PEOPLE:
            return "too_few_people"
        if self.hinge and min(self._n_events(arm) for arm in arms.values()) < LEAST_EVENTS:
            return "too_few_buyers"
        return ""

    def _n_events(self, arm: Moments) -> int:
        """Return how many of an arm did what everything hangs on."""
        return round(arm.average(self.hinge) * arm.n)

    def _steadied(
        self, name: str, arms: Mapping[str, Moments], samples: Mapping[str, Sample], theta: list[float]
    ) -> Sample:
        is_small = self.hinge and self._n_events(arms[name]) < FEW_EVENTS
        return steadied(samples[name], list(samples.values()), theta) if is_small else samples[name]

    def _lift(self, treated: Sample, control: Sample, theta: list[float]) -> dict[str, Any]:
        told = {
            "n_treated": treated.n, "n_control": control.n,
            "mean_treated": treated.mean[0], "mean_control": control.mean[0],
        }  # fmt: skip
        if not treated.variance + control.variance:
            return told | {"reason": "no_variation"}
        estimate = cuped.estimate(treated, control, np.array(theta), confidence=self.confidence)
        effect = estimate.effect
        told |= {
            "reason": "", "lift": _stable(effect.value, effect.se), "lift_low": _stable(effect.low, effect.se),
            "lift_high": _stable(effect.high, effect.se), "lift_se": effect.se, "p_value": effect.p_value,
            "method": "cuped" if any(theta) else "welch", "variance_reduction": _stable(estimate.variance_reduction, 1.0),
        }  # fmt: skip
        if control.mean[0]:
            told |= {"relative_lift": effect.value / abs(control.mean[0])}
            low, high = fieller(spread(treated, control, estimate.theta, effect), confidence=self.confidence)
            told |= {"relative_lift_low": low, "relative_lift_high": high} if np.isfinite(high) else {}
        return told


def _weights(arms: list[Sample]) -> list[float]:
    """Return the weights of the covariates; none where they leave nothing to judge an effect by."""
    if len(arms[0].mean) == 1:
        return []
    theta = cuped.weights(arms)
    spread = np.sqrt(np.diag(reduce(add, arms).comoment))
    left = sum(cuped.adjusted(arm, theta).variance for arm in arms)
    if left <= cuped.LEAST_SHARE * sum(arm.variance for arm in arms):
        return [0.0] * len(theta)
    return [
        _stable(part, spread[0] / width, THETA_DIGITS) if width else 0.0
        for part, width in zip(theta, spread[1:], strict=True)
    ]


def _stable(value: float, scale: float, digits: int = DIGITS) -> float:
    """Round to so many digits of the scale on which a value matters: what cancels to nothing is nothing."""
    return round(float(value), digits - 1 - math.floor(math.log10(scale)))


def lifts_of(fit: Fit) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Yield the experiment and the record of every comparison in a fit.

    >>> list(lifts_of(Fit("Contrast", {}, {"experiments": {"spring": {"lifts": [{"arm": "treated"}]}}})))
    [('spring', {'arm': 'treated'})]
    """
    for name, reading in fit.parameters["experiments"].items():
        yield from ((name, lift) for lift in reading["lifts"])
