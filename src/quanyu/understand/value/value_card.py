"""The card of a forecast of customer value: what is needed to trust it, as screens and the report show it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quanyu.ledger import KeptFit, find_fit, list_fits
from quanyu.solve.value import KINDS
from quanyu.tables.view.outlook import Outlook, outlooks_of
from quanyu.text import Text
from quanyu.understand.lifetime import order_value
from quanyu.workspace import Workspace

Told = tuple[Text, Mapping[str, Any]]
"""A sentence with places, and the values for them."""


@dataclass(frozen=True)
class Parameter:
    """One parameter with its standard error; None where the data cannot tell."""

    name: str
    value: float
    standard_error: float | None


@dataclass(frozen=True)
class Rival:
    """One model that was tried: its log-likelihood before the holdout and on it."""

    model: str
    log_likelihood: float
    holdout_log_likelihood: float | None


@dataclass(frozen=True)
class Group:
    """One group of buyers with the factors by which it buys faster and is given up more easily."""

    name: str
    faster: float
    sooner: float


@dataclass(frozen=True)
class Band:
    """Buyers of one level in the holdout: how many, and orders each as expected and as they came."""

    level: int
    n: float
    expected: float
    actual: float


@dataclass(frozen=True)
class Tracking:
    """Repeat purchases added up by week: what happened and what was expected; from `holdout_on` it was unseen."""

    since: dt.date
    on: tuple[dt.date, ...]
    actual: tuple[float, ...]
    expected: tuple[float, ...]
    holdout_on: dt.date


@dataclass(frozen=True)
class Holdout:
    """How the forecast did in the last days, which it had not seen."""

    days: int
    expected: float
    actual: float
    correlation: float | None
    error: float
    naive_error: float
    covered: float
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class ModelCard:
    """What is needed to trust a forecast: model, why this one, parameters, fit, and the verdict of the holdout."""

    model: str
    why: Told
    fits: bool | None
    reasons: tuple[Told, ...]
    parameters: tuple[Parameter, ...]
    rivals: tuple[Rival, ...]
    groups: tuple[Group, ...]
    holdout: Holdout | None
    tracking: Tracking | None
    spending: tuple[Parameter, ...]
    spending_reasons: tuple[Told, ...]
    leaving: tuple[Told, ...]
    outlook: tuple[Outlook, ...]
    money: Told
    n_buyers: int
    n_fitted: int
    horizon_days: int
    discount_rate: float
    log_likelihood: float
    reference_log_likelihood: float
    fitted_at: dt.datetime
    fit_id: str


def model_card(ws: Workspace, fit_id: str) -> ModelCard | None:
    """Return the card of a fit that the ledger keeps, None where it does not."""
    kept = find_fit(ws.ledger, fit_id)
    return _card(kept, fit_id) if kept else None


def why_not(ws: Workspace) -> Told | None:
    """Return the reason that the newest turn gave for having no forecast."""
    newest = next(iter(list_fits(ws.ledger, method="Lifetime", limit=1)), None)
    reason = newest.diagnostics.get("inconclusive") if newest else None
    return (reason[0], reason[1]) if reason else None


def _card(kept: KeptFit, fit_id: str) -> ModelCard:
    told = kept.diagnostics
    errors = told["standard_errors"]
    worth = told["order_value"]
    groups = zip(
        kept.parameters["groups"],
        kept.parameters.get("faster", ()),
        kept.parameters.get("sooner", ()),
        strict=False,
    )
    return ModelCard(
        model=kept.parameters["model"],
        why=_pair(told["why"]),
        fits=told["fits"],
        reasons=tuple(_pair(reason) for reason in told["reasons"]),
        parameters=tuple(
            Parameter(name, kept.parameters["parameters"][name], errors.get(name))
            for name in KINDS[kept.parameters["model"]].names
        ),
        rivals=tuple(Rival(**rival) for rival in told["models"]),
        groups=tuple(Group(name, _factor(faster), _factor(sooner)) for name, faster, sooner in groups),
        holdout=_holdout(told.get("holdout")),
        tracking=_tracking(told.get("tracking")),
        spending=tuple(
            Parameter(name, worth["parameters"][name], worth["standard_errors"][name])
            for name in ("p", "q", "gamma")
        )
        if "standard_errors" in worth
        else (),
        spending_reasons=tuple(_pair(reason) for reason in _spending_reasons(worth)),
        leaving=tuple(_pair(reason) for reason in told.get("leaving", ())),
        outlook=outlooks_of(told.get("outlook"), kept.spec["horizon_days"]),
        money=(order_value.MONEY[told["money"]["basis"]], {"rate": told["money"]["rate"]}),
        n_buyers=told["n_buyers"],
        n_fitted=told["n_fitted"],
        horizon_days=kept.spec["horizon_days"],
        discount_rate=kept.spec["discount_rate"],
        log_likelihood=told["log_likelihood"],
        reference_log_likelihood=told["reference_log_likelihood"],
        fitted_at=kept.fitted_at,
        fit_id=fit_id,
    )


def _spending_reasons(worth: Mapping[str, Any]) -> list[Any]:
    return [worth["inconclusive"]] if "inconclusive" in worth else list(worth["reasons"])


def _factor(effect: float) -> float:
    return math.exp(effect)


def _pair(reason: Sequence[Any]) -> Told:
    return str(reason[0]), dict(reason[1])


def _holdout(told: Mapping[str, Any] | None) -> Holdout | None:
    if not told:
        return None
    return Holdout(
        days=told["days"],
        expected=told["expected"],
        actual=told["actual"],
        correlation=told["correlation"],
        error=told["mean_absolute_error"],
        naive_error=told["naive_error"],
        covered=told["covered"],
        bands=tuple(Band(**band) for band in told["by_repeats"]),
    )


def _tracking(told: Mapping[str, Any] | None) -> Tracking | None:
    if not told or not told["expected"] or "actual" not in told:
        return None
    since = dt.date.fromisoformat(told["since"])
    weeks = range(1, len(told["expected"]) + 1)
    return Tracking(
        since,
        tuple(since + dt.timedelta(weeks=week) for week in weeks),
        tuple(told["actual"]),
        tuple(told["expected"]),
        since + dt.timedelta(days=round(told["holdout_from"] * 7)),
    )
