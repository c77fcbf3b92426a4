"""The loop step `metrics`: every metric by day, week, month and window, from one scan of each fact table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.metric.periods import KEYS, MetricScratch, Periods, Renewal
from quanyu.measure.metric.renewal import READS, PeriodKeys, days_of, days_touched, periods_touched
from quanyu.measure.metric.spend import assortment, spending, voice
from quanyu.measure.metric.trade import trade
from quanyu.measure.metric.traffic import traffic
from quanyu.method.change import Made
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.tables.metric.catalogue import MEASURES, METRICS
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import windows
from quanyu.workspace import Workspace
from quanyu.workspace.kept import forget_others, keep, kept

Reduce = Callable[[MetricScratch, Periods, dt.date], list[pa.Table]]
FACTS: dict[str, Reduce] = {
    "orders": trade,
    "order_lines": assortment,
    "visits": traffic,
    "spend": spending,
    "feedback": voice,
}


CALENDAR = ("day", "week", "month")


def metrics(ws: Workspace, as_of: dt.date) -> dict[str, int]:
    """Write the table `metrics` for all days before `as_of` and return how many rows and metrics it has.

    Of days, weeks and months only those are added up again that something has touched; windows move every day.
    """
    versions = {name: ws.warehouse.version(name) for name in READS}
    summed = _renewed(ws, as_of) or added_up(ws, as_of)
    rows, name = summed.rows, keep(ws, "metrics", summed.cubes)
    made_of = {
        **_terms(ws),
        "as_of": as_of.isoformat(),
        "versions": versions,
        "known": summed.known,
        "kept": name,
    }
    ws.warehouse.replace("metrics", rows, by="measure", about={"made_of": made_of})
    forget_others(ws, "metrics", name)
    return {"rows": rows.num_rows, "metrics": len(set(rows["metric"].to_pylist()))}


def measure(ws: Workspace, as_of: dt.date, periods: Periods) -> pa.Table:
    """Return the metrics of the given periods: metric, grain, on, dimension, slice, numerator,
    denominator."""
    with MetricScratch(ws) as scratch:
        return _told(_wide_of(scratch, as_of, periods))


def _terms(ws: Workspace) -> dict[str, str]:
    return {"zone": ws.settings.timezone, "engine": ws.settings.engine, "program": program(__name__)}


@dataclass(frozen=True)
class AddedUp:
    """The rows of the table, which measures have a value, and the sums by day that the next turn may keep."""

    rows: pa.Table
    known: list[str]
    cubes: Mapping[str, pa.Table]


def added_up(
    ws: Workspace, as_of: dt.date, only: PeriodKeys | None = None, renewal: Renewal | None = None
) -> AddedUp:
    """Return the metrics of all windows and calendar periods; of `only` some of these from the days that are renewed."""
    periods = Periods(windows(as_of, is_lunar=is_lunar(ws)), only=only)
    with MetricScratch(ws, renewal) as scratch:
        wide = _wide_of(scratch, as_of, periods)
    known = [name for name in MEASURES if wide[name].null_count < wide.num_rows]
    return AddedUp(_told(wide), known, scratch.cubes)


def _renewed(ws: Workspace, as_of: dt.date) -> AddedUp | None:
    """Return the metrics kept, with the periods added up again that something touched; None if that cannot be told."""
    before, cubes = Made.of(ws, "metrics", _terms(ws)), kept(ws, "metrics")
    if before is None or cubes is None:
        return None
    with MetricScratch(ws) as scratch:
        days = days_touched(ws, scratch, before, as_of)
    if days is None or cubes.keys() != _cubes(ws):
        return None
    periods, and_before = periods_touched(days)
    renewal = Renewal(frozenset(days), days_of(and_before), cubes)
    summed = added_up(ws, as_of, and_before, renewal)
    if summed.known != ws.warehouse.about("metrics")["made_of"]["known"]:
        return None  # a fact that began or ended to be told changes quotients of all periods
    old = ws.warehouse.read(ws.warehouse.table("metrics")).cast(summed.rows.schema)
    rest = old.filter(pc.and_(_is_calendar(old), pc.invert(_is_among(old, periods))))
    again = summed.rows.filter(pc.or_(pc.invert(_is_calendar(summed.rows)), _is_among(summed.rows, periods)))
    return replace(summed, rows=_in_order([rest, again]))


def _cubes(ws: Workspace) -> set[str]:
    """Return which sums by day there are."""
    of = {"orders": ("trade", "ages"), "visits": ("views", "sessions_all", "sessions_channel")}
    return {cube for name, cubes in of.items() if ws.warehouse.count(name) for cube in cubes}


def _is_calendar(rows: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(rows["grain"], pa.array(CALENDAR))


def _is_among(rows: pa.Table, periods: PeriodKeys) -> pa.ChunkedArray:
    names = pa.array([f"{grain} {on}" for grain, on in periods], pa.string())
    return pc.is_in(pc.binary_join_element_wise(rows["grain"], rows["on"].cast(pa.string()), " "), names)


def _wide_of(scratch: MetricScratch, as_of: dt.date, periods: Periods) -> pa.Table:
    parts = [
        part
        for name, reduce in FACTS.items()
        if scratch.warehouse.count(name)
        for part in reduce(scratch, periods, as_of)
    ]
    return _beside(parts)


def _told(wide: pa.Table) -> pa.Table:
    return _in_order([_none(), *(_sums_of(metric, wide) for metric in METRICS.values())])


def _in_order(parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("metric", *KEYS)])


def is_lunar(ws: Workspace) -> bool:
    """Say whether last year is compared by the Chinese calendar around Spring Festival: in workspaces
    that sell in CNY."""
    return ws.settings.currency == "CNY"


def _beside(parts: Sequence[pa.Table]) -> pa.Table:
    """Put the measures of all facts side by side, one row per period and slice; null where a fact says
    nothing."""
    fields = [pa.field(name, pa.date32() if name == "on" else pa.string()) for name in KEYS]
    numbers = [pa.field(name, pa.float64()) for name in MEASURES]
    rows = [_wide(part, pa.schema([*fields, *numbers])) for part in parts if part.num_rows]
    stacked = pa.concat_tables(rows) if rows else pa.schema([*fields, *numbers]).empty_table()
    wide = stacked.group_by(list(KEYS)).aggregate([(name, "max") for name in MEASURES])
    wide = wide.rename_columns([name.removesuffix("_max") for name in wide.column_names])
    profit = pc.subtract(wide["margin"], pc.fill_null(wide["cost"], 0.0))
    return wide.set_column(wide.column_names.index("margin_less_cost"), "margin_less_cost", profit)


def _wide(part: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        part[field.name].cast(field.type)
        if field.name in part.column_names
        else pa.nulls(part.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _sums_of(metric: Metric, wide: pa.Table) -> pa.Table:
    """Return one metric's rows. A slice needs both sums: a channel that brings no events has no
    conversion rate."""
    top = wide[metric.numerator]
    bottom = (
        wide[metric.denominator]
        if metric.is_ratio
        else pa.chunked_array([pa.array([1.0] * wide.num_rows, pa.float64())])
    )
    is_all = pc.equal(wide["dimension"], "all")
    both = pc.and_(pc.is_valid(top), pc.is_valid(bottom))
    either = (
        pc.and_(is_all, pc.or_(pc.is_valid(top), pc.is_valid(bottom))) if _spans_facts(metric, wide) else both
    )
    keep = pc.or_(both, either)
    columns = {"metric": pa.array([metric.name] * wide.num_rows, pa.string())} | {
        key: wide[key] for key in KEYS
    }
    columns |= {"numerator": pc.fill_null(top, 0.0), "denominator": pc.fill_null(bottom, 0.0)}
    return pa.table(columns).filter(keep)


def _spans_facts(metric: Metric, wide: pa.Table) -> bool:
    """Say whether the metric divides sums of two fact tables that both have data."""
    facts = {MEASURES[name].fact for name in metric.measures}
    return len(facts) > 1 and all(wide[name].null_count < wide.num_rows for name in metric.measures)


def _none() -> pa.Table:
    names = ("metric", "grain", "on", "dimension", "slice")
    fields = [pa.field(name, pa.date32() if name == "on" else pa.string()) for name in names]
    return pa.schema(
        [*fields, pa.field("numerator", pa.float64()), pa.field("denominator", pa.float64())]
    ).empty_table()


STEP = Step(
    "metrics",
    "Add up the metrics",
    (
        "identities",
        "orders",
        "margins",
        "order_lines",
        "items",
        "visits",
        "feedback",
        "visit_days",
        "spend",
    ),
    ("metrics",),
    metrics,
    kept="by_day",
)
