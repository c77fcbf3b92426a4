"""What a metric promises: one definition, from sums, so that it can be added up, sliced and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Unit = Literal["currency", "ratio", "times", "count", "score"]
Better = Literal["up", "down", "none"]
Fact = Literal["orders", "lines", "events", "spend", "feedback"]
Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Measure:
    """One number the engine adds up from one fact table.

    `is_additive` numbers of days add up to that of a week; distinct people do not and are counted per period.
    """

    name: str
    fact: Fact
    is_additive: bool = True


@dataclass(frozen=True)
class Metric:
    """A metric: numerator over denominator (measures; no denominator means a total), names and definition.

    `per` scales the ratio (1000 for a cost per thousand). `better` says which direction is good.

    >>> Metric("n_orders", "n_orders", "", "count", "up", ("支付订单数", "Orders"), ("", "")).is_ratio
    False
    """

    name: str
    numerator: str
    denominator: str
    unit: Unit
    better: Better
    label: tuple[str, str]
    definition: tuple[str, str]
    per: float = 1.0

    @property
    def is_ratio(self) -> bool:
        """Say whether the metric is a quotient of two measures."""
        return bool(self.denominator)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures it is made of."""
        return (self.numerator, self.denominator) if self.denominator else (self.numerator,)

    def name_in(self, language: Language) -> str:
        """Return the name shown on screens."""
        return self.label[language == "en"]

    def definition_in(self, language: Language) -> str:
        """Return the definition with its trap note."""
        return self.definition[language == "en"]

    def judged(self, change: float | None) -> Literal["better", "worse", "flat"]:
        """Return whether a relative change is for the better, the worse, or neither.

        >>> METRIC = Metric("cac", "cost", "n_new_buyers", "currency", "down", ("", ""), ("", ""))
        >>> METRIC.judged(2.68), METRIC.judged(-0.1), METRIC.judged(0.0)
        ('worse', 'better', 'flat')
        """
        if self.better == "none" or not change:
            return "flat"
        return "better" if (change > 0) == (self.better == "up") else "worse"

    def value(self, numerator: float | None, denominator: float | None) -> float | None:
        """Return the metric from its sums; None where there is nothing to divide by.

        >>> Metric("cpm", "cost", "impressions", "currency", "down", ("", ""), ("", ""), 1000).value(5, 2000)
        2.5
        """
        if numerator is None or not denominator:
            return None
        return numerator / denominator * self.per


def index(metrics: tuple[Metric, ...]) -> Mapping[str, Metric]:
    """Return the metrics by name."""
    return MappingProxyType({metric.name: metric for metric in metrics})
