"""Fit a model of buying to weighted cells; groups of customers may buy faster or leave sooner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quanyu.solve.history import History, Integers, Model, Values
from quanyu.solve.likelihood import Maximum, Score, maximise

MOST_CELLS = 4_000
"""Beyond so many cells the search runs on coarser ones, and only its last steps on all."""

SPREADS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Standard deviations of the groups' effects that are tried."""


@dataclass(frozen=True)
class Estimate:
    """A fitted model: parameters, and per group the logarithm of how much faster it buys and leaves.

    `spread` is the standard deviation that the effects are drawn towards 0 with; 0 without groups.
    """

    kind: type[Any]
    parameters: Values
    log_likelihood: float = float("nan")
    maximum: Maximum | None = None
    faster: Values = field(default_factory=lambda: np.zeros(1))
    sooner: Values = field(default_factory=lambda: np.zeros(1))
    spread: float = 0.0

    @classmethod
    def of(cls, kind: type[Any], cells: History, n_groups: int = 0, start: Values | None = None) -> Estimate:
        """Return the fit of a model to cells by maximum likelihood, sought from `start` (parameters) where one is known.

        With groups, group g buys exp(faster_g) times as fast and is given up exp(sooner_g) times as easily: the
        scale parameters of `kind.rate` and `kind.leave` are multiplied, as Fader and Hardie 2007 ("Incorporating
        time-invariant covariates into the Pareto/NBD and BG/NBD models") do for covariates. Effects are drawn from
        Normal(0, spread), with the spread of the largest Laplace evidence: groups that do not differ come out equal,
        and small groups stay near the whole.
        """
        rough = cells.coarse(MOST_CELLS)
        near = None if rough is cells else _score(kind, rough)
        first = None if start is None else np.log(start)
        base = maximise(_score(kind, cells), kind.starts(rough), near, first=first)
        plain = cls(kind, np.exp(base.place), base.log_likelihood, base)
        if n_groups < 2:
            return plain
        n_effects = n_groups * (2 if kind.leave else 1)
        start = np.concatenate([base.place, np.zeros(n_effects)])
        tried = []
        for spread in SPREADS:
            maximum = maximise(_score(kind, rough, n_groups, spread), [start], free=n_effects)
            start = maximum.place
            tried.append((_evidence(maximum, n_effects, spread), spread, maximum.place))
        _, spread, start = max(tried, key=lambda trial: trial[0])
        near = None if rough is cells else _score(kind, rough, n_groups, spread)
        best = maximise(_score(kind, cells, n_groups, spread), [start], near, free=n_effects)
        k = len(kind.names)
        faster, sooner = _effects(kind, best.place, n_groups)
        effects = (best.place[k:] ** 2).sum() / (2 * spread**2)
        return cls(
            kind=kind,
            parameters=np.exp(best.place[:k]),
            log_likelihood=best.log_likelihood + float(effects),
            maximum=best,
            faster=faster,
            sooner=sooner,
            spread=spread,
        )

    def model(self, group: Integers | None = None) -> Model:
        """Return the model, for customers of the given groups (numbers; -1 is none of them)."""
        if group is None or not self.spread:
            return _made(self.kind, self.parameters)
        faster, sooner = np.append(self.faster, 0.0)[group], np.append(self.sooner, 0.0)[group]
        return _made(self.kind, self.parameters, faster, sooner)

    def log_likelihood_of(self, cells: History) -> float:
        """Return the log-likelihood of other cells at these parameters."""
        level, _ = self.model(cells.groups).slopes(cells.x, cells.t_x, cells.age)
        return float((level * cells.weight).sum())


def _score(kind: type[Any], cells: History, n_groups: int = 0, spread: float = 0.0) -> Score:
    k = len(kind.names)

    def score(place: Values) -> tuple[float, Values]:
        if not n_groups:
            level, slope = kind(*np.exp(place)).slopes(cells.x, cells.t_x, cells.age)
            return float((level * cells.weight).sum()), np.asarray(slope @ cells.weight)
        faster, sooner = _effects(kind, place, n_groups)
        model = _made(kind, np.exp(place[:k]), faster[cells.groups], sooner[cells.groups])
        level, slope = model.slopes(cells.x, cells.t_x, cells.age)
        by = [
            sign * np.bincount(cells.groups, slope[kind.names.index(name)] * cells.weight, minlength=n_groups)
            for name, sign in _levers(kind)
        ]
        pull = place[k:] / spread**2
        total = float((level * cells.weight).sum()) - float(place[k:] @ pull) / 2
        return total, np.concatenate([slope @ cells.weight, np.concatenate(by) - pull])

    return score


def _levers(kind: type[Any]) -> Sequence[tuple[str, int]]:
    return (kind.rate, kind.leave) if kind.leave else (kind.rate,)


def _effects(kind: type[Any], place: Values, n_groups: int) -> tuple[Values, Values]:
    k = len(kind.names)
    faster = place[k : k + n_groups]
    return faster, place[k + n_groups :] if kind.leave else np.zeros(n_groups)


def _made(kind: type[Any], parameters: Values, *effects: Values) -> Model:
    values: dict[str, Any] = dict(zip(kind.names, (float(value) for value in parameters), strict=True))
    for (name, sign), effect in zip(_levers(kind), effects, strict=False):
        values[name] = values[name] * np.exp(sign * effect)
    model: Model = kind(**values)
    return model


def _evidence(maximum: Maximum, n_effects: int, spread: float) -> float:
    """Log of the integral of the posterior around its top (Laplace), up to a constant."""
    if maximum.covariance is None:
        return -np.inf
    _, width = np.linalg.slogdet(maximum.covariance)
    return float(maximum.log_likelihood + width / 2 - n_effects * np.log(spread))
