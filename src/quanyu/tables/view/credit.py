"""The rows of `credits`, read once and asked many times: who is credited by which model, and how far models differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import combinations
from typing import Any

import pyarrow as pa

UNATTRIBUTED = "unattributed"
"""The key of orders that no touch preceded."""
REST = "(others)"
"""The key of channels that are too small to be drawn by themselves."""
CLAIMED = "claimed"
"""The model of what ad platforms say of themselves."""
GAMES = ("shapley_rate", "shapley_ordered")
"""Models that credit what a channel adds to the conversion rate: they may be negative and swing widely."""


@dataclass(frozen=True)
class Credit:
    """What one model credits one channel or campaign; None where no touch of it is known, or nobody says its cost.

    >>> credit = Credit("last", "sms", 4.0, 2.0, 6.0, 2.0, 800.0, None, 100.0, 50, 0.0)
    >>> credit.roas, credit.cac, credit.cost_per_order, credit.profit_amount
    (8.0, 50.0, 25.0, None)
    """

    model: str
    key: str
    conversions: float | None
    low: float | None
    high: float | None
    new_buyers: float | None
    revenue_amount: float | None
    margin_amount: float | None
    cost_amount: float | None
    n_contacts: int | None
    sampling_error: float | None

    @property
    def roas(self) -> float | None:
        """Credited revenue per money spent; None where nothing was spent."""
        return _ratio(self.revenue_amount, self.cost_amount)

    @property
    def cac(self) -> float | None:
        """Money spent per credited new buyer."""
        return _ratio(self.cost_amount, self.new_buyers) if self.cost_amount else None

    @property
    def cost_per_order(self) -> float | None:
        """Money spent per credited order."""
        return _ratio(self.cost_amount, self.conversions) if self.cost_amount else None

    @property
    def profit_amount(self) -> float | None:
        """Credited margin less cost."""
        if self.margin_amount is None or self.cost_amount is None:
            return None
        return self.margin_amount - self.cost_amount


@dataclass(frozen=True)
class Disagreement:
    """How far two models differ, the two that differ most: the share of credited orders that change hands.

    `key` is the channel on which they differ most; `least` and `most` are what any two models give it.
    """

    share: float
    models: tuple[str, str]
    key: str
    least: float
    most: float
    least_by: str
    most_by: str


@dataclass(frozen=True)
class CreditBook:
    """The credits of one level and window, by model and key; `windows` are all that there are."""

    level: str
    window: str
    windows: tuple[str, ...]
    models: tuple[str, ...]
    credits: Mapping[tuple[str, str], Credit]
    since: dt.date | None
    as_of: dt.date | None

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Channels or campaigns by their mean credit over the models that add up, largest first; unknown ones last."""
        names = sorted({key for _, key in self.credits if key != UNATTRIBUTED})
        return tuple(sorted(names, key=lambda key: -self._mean(key)))

    @property
    def touched(self) -> tuple[str, ...]:
        """The keys that have a credit."""
        return (
            tuple(key for key in self.keys if self.of(self.models[0], key).conversions is not None)
            if self.models
            else ()
        )

    @property
    def fixed(self) -> tuple[str, ...]:
        """The models that divide what was sold among those who were there: all but the games."""
        return tuple(model for model in self.models if model not in GAMES)

    @property
    def attributed(self) -> float:
        """Orders that some touch preceded."""
        return (
            sum(self.of(self.models[0], key).conversions or 0.0 for key in self.keys) if self.models else 0.0
        )

    @property
    def unattributed(self) -> float:
        """Orders that no touch preceded."""
        return self.of(self.models[0], UNATTRIBUTED).conversions or 0.0 if self.models else 0.0

    @property
    def n_orders(self) -> float:
        """All orders of the period."""
        return self.attributed + self.unattributed

    @property
    def attributed_share(self) -> float | None:
        """The share of orders that some touch preceded."""
        return _ratio(self.attributed, self.n_orders)

    @property
    def cost_amount(self) -> float:
        """What all channels cost together."""
        return (
            sum(self.of(self.models[0], key).cost_amount or 0.0 for key in self.keys) if self.models else 0.0
        )

    def of(self, model: str, key: str) -> Credit:
        """Return the credit of a key by a model; one without numbers where there is none."""
        return self.credits.get((model, key)) or Credit(model, key, *(None,) * 9)

    def column(self, model: str) -> tuple[Credit, ...]:
        """Return what a model credits every key, in the order of `keys`."""
        return tuple(self.of(model, key) for key in self.keys)

    def disagreement(self) -> Disagreement | None:
        """Return how far the fixed models differ; None where there is nothing to compare."""
        if len(self.fixed) < 2 or self.attributed <= 0:
            return None
        value = {
            model: [self.of(model, key).conversions or 0.0 for key in self.touched] for model in self.fixed
        }
        moved = {
            pair: sum(abs(a - b) for a, b in zip(value[pair[0]], value[pair[1]], strict=True)) / 2
            for pair in combinations(self.fixed, 2)
        }
        first, second = max(moved, key=lambda pair: moved[pair])
        spans = {key: self.span(key) for key in self.touched}
        key = max(spans, key=lambda key: spans[key][1] - spans[key][0])
        by = {model: self.of(model, key).conversions or 0.0 for model in self.fixed}
        least_by, most_by = min(by, key=lambda model: by[model]), max(by, key=lambda model: by[model])
        share = moved[first, second] / self.attributed
        return Disagreement(share, (first, second), key, *spans[key], least_by, most_by)

    def span(self, key: str) -> tuple[float, float]:
        """Return the least and the most that a fixed model credits a key."""
        values = [self.of(model, key).conversions or 0.0 for model in self.fixed]
        return (min(values), max(values)) if values else (0.0, 0.0)

    def _mean(self, key: str) -> float:
        values = [self.of(model, key).conversions for model in self.fixed or self.models]
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else -1.0


def credit_book(rows: pa.Table, level: str, window: str, models: Sequence[str]) -> CreditBook:
    """Return the book of the rows of `credits` of a level; `models` gives the order of the models.

    Where the window does not occur, that of 30 days or else the first is taken.
    """
    at_level = [row for row in rows.to_pylist() if row["level"] == level]
    windows = tuple(sorted({row["window"] for row in at_level}, key=lambda name: int(name.rstrip("d"))))
    chosen = window if window in windows else "30d" if "30d" in windows else next(iter(windows), window)
    in_window = [row for row in at_level if row["window"] == chosen]
    there = {row["model"] for row in in_window}
    credits = {(row["model"], row["key"]): _credit(row) for row in in_window}
    first = in_window[0] if in_window else {}
    known = tuple(model for model in models if model in there and model != CLAIMED)
    return CreditBook(
        level=level,
        window=chosen,
        windows=windows,
        models=known,
        credits=credits,
        since=first.get("since"),
        as_of=first.get("as_of"),
    )


def _credit(row: Mapping[str, Any]) -> Credit:
    money = ("revenue_amount", "margin_amount", "cost_amount")
    told = {item.name: row[item.name] for item in fields(Credit)}
    return Credit(**told | {name: None if row[name] is None else float(row[name]) for name in money})


def _ratio(top: float | None, bottom: float | None) -> float | None:
    return top / bottom if top is not None and bottom else None
