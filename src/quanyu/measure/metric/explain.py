"""Why a metric changed: which slice contributed how much, and whether its own rate or the mix of slices
did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quanyu.measure.metric.read import open_metrics
from quanyu.tables.metric.catalogue import is_additive, metric
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import Period
from quanyu.tables.view.metric_view import MetricView, Sums
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Part:
    """What one slice contributed to a change; `mix` and `rate` add up to `contribution`."""

    slice: str
    before: float | None
    now: float | None
    contribution: float
    mix: float
    rate: float

    @property
    def own_change(self) -> float | None:
        """How much its own value changed, None where it has only one."""
        return None if self.now is None or self.before is None else self.now - self.before


@dataclass(frozen=True)
class Explained:
    """A change and its parts, largest effect first. `rest` is what the slices do not explain.

    Slices that overlap (a buyer on two channels) leave a rest; slices that divide the whole leave none. Only these have a
    mix: `is_divided` says whether they do.
    """

    metric: Metric
    before: float | None
    now: float | None
    parts: tuple[Part, ...]
    rest: float
    is_divided: bool = True

    @property
    def change(self) -> float | None:
        """How much it changed, None where there is nothing to compare."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def has_mix(self) -> bool:
        """Say whether the parts are told by mix and rate: of a quotient over slices that divide the whole."""
        return self.metric.is_ratio and self.is_divided

    @property
    def mover(self) -> Part | None:
        """The slice that moved it most; where slices overlap, the one of some weight that changed most itself."""
        if self.is_divided or not self.metric.is_ratio:
            return next(iter(self.parts), None)
        return max(self.parts, key=lambda part: abs(part.rate), default=None)

    @property
    def has_rest(self) -> bool:
        """Say whether the parts leave something of the change, more than rounding does."""
        return self.is_divided and abs(self.rest) > 1e-9 * max(
            abs(self.now or 0), abs(self.before or 0), 1e-9
        )


def explain_change(
    ws: Workspace, name: str, dimension: str, period: Period, against: Period | None = None
) -> Explained:
    """Explain the change of a metric from `against` (the period before) to `period` by the slices of a
    dimension."""
    other = against or period.previous()
    return explained_of(
        open_metrics(ws, [name], [dimension], [period.grain, other.grain]), name, dimension, period, other
    )


def divides(name: str, dimension: str) -> bool:
    """Say whether nobody and nothing is in two slices of a dimension: then parts add up to the whole.

    Sums always divide. Of people that are counted once only being new or old does: they may buy by two channels.

    >>> divides("net_revenue", "channel"), divides("n_buyers", "channel"), divides("n_buyers", "new_old")
    (True, False, True)
    """
    return is_additive(name) or dimension == "new_old"


def explained_of(sums: MetricView, name: str, dimension: str, period: Period, other: Period) -> Explained:
    """Return what `explain_change` does, of sums that were read."""
    definition = metric(name)
    before, now = sums.sums(name, other, dimension), sums.sums(name, period, dimension)
    parts = decompose(before, now, is_ratio=definition.is_ratio, per=definition.per) if before and now else ()
    was, is_now = sums.value(name, other), sums.value(name, period)
    change = is_now - was if is_now is not None and was is not None else 0.0
    rest = change - sum(part.contribution for part in parts)
    return Explained(definition, was, is_now, parts, rest, divides(name, dimension))


def decompose(
    before: Mapping[str, Sums], now: Mapping[str, Sums], *, is_ratio: bool, per: float = 1.0
) -> tuple[Part, ...]:
    """Split the change of a total or of a ratio over slices.

    A ratio R = sum(n) / sum(d) with shares s = d / sum(d) and rates r = n / d changes by
    sum(ds * (mean r - mean R)) [mix] + sum(mean s * dr) [rate], means over both periods: exact and symmetric.

    >>> parts = decompose({"a": (10, 100), "b": (40, 100)}, {"a": (10, 100), "b": (20, 50)}, is_ratio=True)
    >>> [(part.slice, round(part.rate, 6)) for part in parts if part.rate]
    []
    """
    keys = sorted({*before, *now})
    totals = [_total(key, before.get(key), now.get(key)) for key in keys]
    parts = _ratio(keys, before, now, per) if is_ratio else totals
    return tuple(sorted(parts, key=lambda part: -abs(part.contribution)))


def _total(key: str, old: Sums | None, new: Sums | None) -> Part:
    was, is_now = old[0] if old else 0.0, new[0] if new else 0.0
    return Part(key, was, is_now, is_now - was, 0.0, is_now - was)


def _ratio(keys: list[str], old: Mapping[str, Sums], new: Mapping[str, Sums], per: float) -> list[Part]:
    weights = [sum(bottom for _, bottom in side.values()) for side in (old, new)]
    if not all(weights):
        return []
    wholes = [
        sum(top for top, _ in side.values()) / weight
        for side, weight in zip((old, new), weights, strict=True)
    ]
    middle = sum(wholes) / 2
    parts = []
    for key in keys:
        (top_0, bottom_0), (top_1, bottom_1) = old.get(key, (0.0, 0.0)), new.get(key, (0.0, 0.0))
        # A slice that is only on one side keeps its rate: all of its effect is mix.
        rate_0 = top_0 / bottom_0 if bottom_0 else (top_1 / bottom_1 if bottom_1 else 0.0)
        rate_1 = top_1 / bottom_1 if bottom_1 else rate_0
        share_0, share_1 = bottom_0 / weights[0], bottom_1 / weights[1]
        mix = (share_1 - share_0) * ((rate_0 + rate_1) / 2 - middle) * per
        rate = (share_0 + share_1) / 2 * (rate_1 - rate_0) * per
        shown = (rate_0 * per if bottom_0 else None, rate_1 * per if bottom_1 else None)
        parts.append(Part(key, *shown, mix + rate, mix, rate))
    return parts
