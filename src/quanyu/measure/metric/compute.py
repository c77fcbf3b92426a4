"""The loop step `metrics`: every metric by day, week, month and window, from one scan of each fact table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.metric.change import OfPeople
from quanyu.measure.metric.periods import KEYS, MetricScratch, Periods, Renewal, is_lunar
from quanyu.measure.metric.renewal import READS, days_touched, renewal_of
from quanyu.measure.metric.spend import assortment, spending, voice
from quanyu.measure.metric.trade import TRADE
from quanyu.measure.metric.traffic import TRAFFIC
from quanyu.method.change import Made
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.tables.metric.catalogue import MEASURES, METRICS
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import windows
from quanyu.workspace import Workspace
from quanyu.workspace.kept import forget_others, keep, kept

Reduce = Callable[[MetricScratch, Periods, dt.date], list[pa.Table]]
GROUPS: Mapping[str, tuple[tuple[str, ...], Reduce]] = {
    "assortment": (("order_lines", "items"), assortment),
    "spending": (("spend",), spending),
    "voice": (("feedback",), voice),
}
"""Measures that are added up together, and the tables without whose rows there are none."""
OF_PEOPLE: Mapping[str, OfPeople] = {"trade": TRADE, "traffic": TRAFFIC}
"""Those from sums that add up over people."""
SUMS = "sums of "
"""What the sums of a group are called among what is kept; all else kept are its cubes."""


def metrics(ws: Workspace, as_of: dt.date) -> dict[str, int]:
    """Write the table `metrics` for all days before `as_of` and return how many rows and metrics it has.

    Of days, weeks and months only those are added up again that something has touched; windows move every day.
    """
    versions = {name: ws.warehouse.version(name) for name in READS}
    summed = added_up(ws, as_of, Last.turn(ws))
    rows, name = summed.rows, keep(ws, "metrics", summed.kept)
    made_of = {**_terms(ws), "as_of": as_of.isoformat(), "versions": versions, "kept": name}
    ws.warehouse.replace("metrics", rows, by="measure", about={"made_of": made_of})
    forget_others(ws, "metrics", name)
    return {"rows": rows.num_rows, "metrics": len(set(rows["metric"].to_pylist()))}


def measure(ws: Workspace, as_of: dt.date, periods: Periods) -> pa.Table:
    """Return the metrics of the given periods: metric, grain, on, dimension, slice, numerator,
    denominator."""
    with MetricScratch(ws) as scratch:
        parts = [part for name in _groups(ws) for part in GROUPS[name][1](scratch, periods, as_of)]
        for group in _of_people(ws).values():
            parts += group.told(scratch, group.summed(scratch, periods, as_of), periods, as_of)
        return _told(_beside(parts))


def _terms(ws: Workspace) -> dict[str, str]:
    return {"zone": ws.settings.timezone, "engine": ws.settings.engine, "program": program(__name__)}


def _groups(ws: Workspace) -> list[str]:
    return [name for name, (tables, _) in GROUPS.items() if all(map(ws.warehouse.count, tables))]


def _of_people(ws: Workspace) -> Mapping[str, OfPeople]:
    return {name: group for name, group in OF_PEOPLE.items() if ws.warehouse.count(group.reads[0])}


@dataclass(frozen=True)
class AddedUp:
    """The rows of the table, and what the next turn may keep: the sums of every group, and sums by day."""

    rows: pa.Table
    kept: Mapping[str, pa.Table]


def added_up(ws: Workspace, as_of: dt.date, last: Last | None = None) -> AddedUp:
    """Return the metrics of all windows and calendar periods; after a last turn only what something touches is worked out."""
    every = Periods(windows(as_of, is_lunar=is_lunar(ws)))
    renewals = _renewals(ws, as_of, last) if last else {}
    sums: dict[str, pa.Table] = {}
    cubes: dict[str, pa.Table] = {}
    for name in _groups(ws):
        renewal = renewals.get(name)
        periods = replace(every, only=renewal.counted) if renewal else every
        with MetricScratch(ws, renewal) as scratch:
            told = side_by_side(GROUPS[name][1](scratch, periods, as_of))
        sums[f"{SUMS}{name}"] = renewal.joined(told) if renewal else told
        cubes |= scratch.cubes
    parts = list(sums.values())
    for name, group in _of_people(ws).items():
        with MetricScratch(ws) as scratch:
            change = group.change(ws, scratch, last.made, as_of, last.of(name)) if last else None
            of_people = group.summed(scratch, every, as_of, change)
            parts += group.told(scratch, of_people, every, as_of)
        cubes |= {f"{name} by {cube}": rows for cube, rows in of_people.items()}
    return AddedUp(_told(_beside(parts)), {**sums, **cubes})


@dataclass(frozen=True)
class Last:
    """What the table was made of in the last turn, and what was kept."""

    made: Made
    kept: Mapping[str, pa.Table]

    @classmethod
    def turn(cls, ws: Workspace) -> Last | None:
        """Return the last turn; None where all is to be made anew."""
        made, parts = Made.of(ws, "metrics", _terms(ws)), kept(ws, "metrics")
        return cls(made, parts) if made and parts is not None else None

    def of(self, name: str) -> Mapping[str, pa.Table]:
        """Return the sums that were kept of a group; none where it had no rows."""
        prefix = f"{name} by "
        return {
            part.removeprefix(prefix): rows for part, rows in self.kept.items() if part.startswith(prefix)
        }


def _renewals(ws: Workspace, as_of: dt.date, last: Last) -> Mapping[str, Renewal]:
    """Return what is to be renewed of the groups that were kept; those of which it cannot be told are made anew."""
    days = days_touched(ws, last.made, as_of) or {}
    return {
        name: renewal_of(some, last.kept[f"{SUMS}{name}"], last.kept)
        for name, some in days.items()
        if some is not None and f"{SUMS}{name}" in last.kept
    }


def _told(wide: pa.Table) -> pa.Table:
    return _in_order([_none(), *(sums_of(metric, wide) for metric in METRICS.values())])


def _in_order(parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("metric", *KEYS)])


def _beside(parts: Sequence[pa.Table]) -> pa.Table:
    """Put the measures of all groups side by side, with those that are made of two."""
    wide = side_by_side(parts)
    profit = pc.subtract(wide["margin"], pc.fill_null(wide["cost"], 0.0))
    return wide.set_column(wide.column_names.index("margin_less_cost"), "margin_less_cost", profit)


def side_by_side(parts: Sequence[pa.Table]) -> pa.Table:
    """Put measures side by side, one row per period and slice; null where nothing is said."""
    fields = [pa.field(name, pa.date32() if name == "on" else pa.string()) for name in KEYS]
    numbers = [pa.field(name, pa.float64()) for name in MEASURES]
    rows = [_wide(part, pa.schema([*fields, *numbers])) for part in parts if part.num_rows]
    stacked = pa.concat_tables(rows) if rows else pa.schema([*fields, *numbers]).empty_table()
    wide = stacked.group_by(list(KEYS)).aggregate([(name, "max") for name in MEASURES])
    return wide.rename_columns([name.removesuffix("_max") for name in wide.column_names])


def _wide(part: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        part[field.name].cast(field.type)
        if field.name in part.column_names
        else pa.nulls(part.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def sums_of(metric: Metric, wide: pa.Table) -> pa.Table:
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
