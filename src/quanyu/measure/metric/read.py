"""What screens ask of `metrics`: a series, cards with their comparisons, a breakdown. One read of a
small table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from quanyu.measure.metric.compute import measure
from quanyu.measure.metric.periods import Periods, is_lunar
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.metric.period import Period, preset
from quanyu.tables.view.metric_view import Card, MetricView, Point, Slice, Sums, metric_view
from quanyu.workspace import Workspace


def as_of(ws: Workspace) -> dt.date | None:
    """Return the day the metrics were computed for, None before the first run."""
    rows = ws.warehouse.table("metrics")
    newest = ws.warehouse.read(rows.filter(rows.grain == "last_7").agg(on=rows.on.max()))["on"][0].as_py()
    return None if newest is None else newest + dt.timedelta(days=7)


def period(ws: Workspace, name: str, since: dt.date | None = None, until: dt.date | None = None) -> Period:
    """Return a named period before the metrics' as-of day, or the days `since` to `until` (not included)."""
    if since and until:
        return Period("custom", "", since, until)
    return preset(name, as_of(ws) or ws.today())


def open_metrics(
    ws: Workspace, names: Iterable[str], dimensions: Iterable[str], grains: Iterable[str]
) -> MetricView:
    """Read the sums of the named metrics: the whole and some dimensions, calendar grains and some windows."""
    rows = ws.warehouse.table("metrics")
    wanted = rows.metric.isin([metric(name).name for name in names])
    inside = rows.dimension.isin(sorted({"all", *dimensions})) & rows.grain.isin(
        sorted({"day", "week", "month", *grains} - {""})
    )

    def count(name: str, dimension: str, period: Period) -> dict[str, Sums]:
        return _counted(ws, name, dimension, period)

    return metric_view(ws.warehouse.read(rows.filter(wanted & inside)), is_lunar=is_lunar(ws), count=count)


def series(
    ws: Workspace, name: str, grain: str, period: Period, *, dimension: str = "all", slice: str = "all"
) -> list[Point]:
    """Return a metric by day, week or month, oldest first; empty days are 0 for totals, None for ratios."""
    return open_metrics(ws, [name], [dimension], [grain]).series(name, grain, period, dimension, slice)


def metric_card(ws: Workspace, name: str, period: Period, dimension: str = "all", slice: str = "all") -> Card:
    """Return a metric's value in a period with the period before, a year ago, and a small series."""
    return metric_cards(ws, [name], period, dimension, slice)[0]


def metric_cards(
    ws: Workspace, names: Sequence[str], period: Period, dimension: str = "all", slice: str = "all"
) -> list[Card]:
    """Return several cards from one read; the order is that of the names."""
    grains = [period.grain, "day" if period.days < 90 else "week"]
    sums = open_metrics(ws, names, [dimension], grains)
    return [sums.card(name, period, dimension, slice) for name in names]


def breakdown(ws: Workspace, name: str, dimension: str, period: Period) -> list[Slice]:
    """Return a metric per slice of a dimension, largest first; shares only where parts add up to the
    whole."""
    return open_metrics(ws, [name], [dimension], [period.grain]).breakdown(name, dimension, period)


def _counted(ws: Workspace, name: str, dimension: str, period: Period) -> dict[str, Sums]:
    periods = Periods((Period("custom", "custom", period.since, period.until),), ())
    rows = measure(ws, period.until, periods).to_pylist()
    wanted = [row for row in rows if row["metric"] == name and row["dimension"] == dimension]
    return {row["slice"]: (row["numerator"], row["denominator"]) for row in wanted}
