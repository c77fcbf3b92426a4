"""The loop step `lifts`: what every campaign truly brought, read against its control group, and which variant is ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from quanyu import ledger
from quanyu.ledger import keep_fit
from quanyu.ledger.journey import documents
from quanyu.measure.experiment.contrast import Contrast, lifts_of
from quanyu.measure.experiment.outcome import BEFORE, OUTCOMES, Watch, outcomes
from quanyu.measure.experiment.variant import compared, counts
from quanyu.method import Fit, Inconclusive, fit
from quanyu.method.assignment import CONTROL, TREATED
from quanyu.method.scratch import Scratch
from quanyu.part.step import Step
from quanyu.solve.experiment.plan import ALARM, sample_ratio
from quanyu.tables import contract
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.settings import ExperimentSettings
from quanyu.workspace import Workspace

READ = ("deliveries", "enrolments", "orders", "identities")
"""What lifts are read from."""
MOST_UNKNOWN = 0.05
"""The margin is read while at most this share of the orders lacks one."""
MOST_CAMPAIGNS = 100_000


@dataclass(frozen=True)
class Course:
    """How far a campaign has come: people by arm, first and last start, and how much of the margin is known."""

    n: Mapping[str, int]
    first: dt.datetime
    last: dt.datetime
    n_orders: float
    n_unknown: int

    @property
    def is_margin_known(self) -> bool:
        """Say whether enough orders have a margin."""
        return self.n_unknown <= MOST_UNKNOWN * self.n_orders

    def read_days(self, end: dt.datetime, window_days: int) -> int:
        """Return whole days of the window that have passed for those who began first."""
        return max(0, min(window_days, (end - self.first).days))

    def is_final(self, end: dt.datetime, window_days: int) -> bool:
        """Say whether the window is over for everybody."""
        return self.last + dt.timedelta(days=window_days) <= end

    def sample_ratio(self, control_share: float | None) -> float | None:
        """Return the p-value of the check of arm sizes, None where the planned shares are not known."""
        if control_share is None or not 0 < control_share < 1 or self.n.keys() - {CONTROL, TREATED}:
            return None
        counts = [self.n.get(arm, 0) for arm in (TREATED, CONTROL)]
        return sample_ratio(counts, [1 - control_share, control_share])


def lifts(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the tables `lifts`, for every campaign and journey with an arm `control`, and `variants`: the loop step.

    All campaigns and metrics are read from one scan of what people did. The fit is kept.
    """
    designs = {
        campaign.campaign_id: CampaignDesign.of(campaign.design)
        for campaign in ledger.list_campaigns(ws.ledger, limit=MOST_CAMPAIGNS)
    }
    given = ws.settings.of(ExperimentSettings)
    journeys = {one.journey_id: one.document for one in reversed(documents.versions(ws.ledger))}
    windows = {name: design.window_days for name, design in designs.items()}
    windows |= {name: document["window_days"] for name, document in journeys.items()}
    watch = Watch(given.window_days, given.baseline_days, windows)
    with Scratch(ws) as scratch:
        rows = scratch.keep(outcomes(ws, as_of, watch, scratch.keep))
        fitted = _fitted(ws, as_of, rows)
        courses = dict(_courses(ws.warehouse.read(_counted(rows)).to_pylist()))
        parted = counts(ws.warehouse.read, rows)
    read = [{**row, "as_of": as_of} for row in compared(parted, given.confidence)]
    ws.warehouse.replace(
        "variants", pa.Table.from_pylist(read, contract("variants").schema.to_pyarrow()), by="measure"
    )
    schema = contract("lifts").schema.to_pyarrow()
    if isinstance(fitted, Inconclusive):
        ws.warehouse.replace("lifts", schema.empty_table(), by="measure")
        return {"inconclusive": fitted.reason, "n_campaigns": 0}
    shared = {"as_of": as_of, "fit_id": keep_fit(ws.ledger, fitted.kept(ws.now()))}
    shares = {name: design.control_share for name, design in designs.items()}
    shares |= {name: document["control_share"] for name, document in journeys.items()}
    end = dt.datetime.combine(as_of, dt.time(), ws.settings.zone)
    records = [record | shared for record in _records(fitted, courses, _Frame(end, watch, shares))]
    ws.warehouse.replace("lifts", pa.Table.from_pylist(records, schema), by="measure")
    return {"n_campaigns": len(courses), "n_lifts": len(records), "fit_id": shared["fit_id"]}


def _fitted(ws: Workspace, as_of: dt.date, rows: ir.Table) -> Fit | Inconclusive:
    spec = Contrast(
        OUTCOMES, BEFORE, hinge="conversion", confidence=ws.settings.of(ExperimentSettings).confidence
    )
    versions = {name: ws.warehouse.version(name) for name in READ}
    return fit(
        spec, rows, reduce=ws.warehouse.read, window=(None, as_of), versions=versions, seed=ws.settings.seed
    )


@dataclass(frozen=True)
class _Frame:
    """What campaigns are read against: the moment until which orders count, their windows, their planned shares."""

    end: dt.datetime
    watch: Watch
    control_shares: Mapping[str, float]


def _records(fitted: Fit, courses: Mapping[str, Course], frame: _Frame) -> Iterator[dict[str, Any]]:
    """Yield one record per campaign, arm and metric; those that could not be read say why."""
    read = {(name, lift["arm"], lift["metric"]): lift for name, lift in lifts_of(fitted)}
    for name, course in courses.items():
        days = frame.watch.of(name)
        p_value = course.sample_ratio(frame.control_shares.get(name))
        whole = {
            "campaign_id": name,
            "began_at": course.first,
            "window_days": days,
            "read_days": course.read_days(frame.end, days),
            "is_final": course.is_final(frame.end, days),
            "n_control": course.n.get(CONTROL, 0),
            "srm_p": p_value,
            "is_srm_alarm": None if p_value is None else p_value < ALARM,
        }
        refused = fitted.parameters["experiments"][name]["reason"] if whole["read_days"] else "not_begun"
        for arm in [arm for arm in course.n if arm != CONTROL] or [TREATED]:
            for metric in OUTCOMES:
                lift = read.get((name, arm, metric), {})
                unknown = "no_margin" if metric == "margin" and not course.is_margin_known else ""
                own = {"arm": arm, "metric": metric, "n_treated": course.n.get(arm, 0)}
                yield whole | own | _judged(lift, refused or unknown or lift["reason"])


def _judged(lift: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the numbers of a comparison, or only the reason why there are none."""
    if reason:
        return {"status": "inconclusive", "reason": reason}
    totals = {f"incremental{side}": lift[f"lift{side}"] * lift["n_treated"] for side in ("", "_low", "_high")}
    return {**lift, **totals, "status": "measured"}


def _counted(rows: ir.Table) -> ir.Table:
    return rows.group_by("experiment", "arm").aggregate(
        n=rows.count(),
        first=rows.began.min(),
        last=rows.began.max(),
        n_orders=rows.orders.sum(),
        n_unknown=rows.n_unknown.sum(),
    )


def _courses(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Course]]:
    """Yield every campaign with its course, by name; arms in the order of their names."""
    for name in sorted({row["experiment"] for row in rows}):
        arms = sorted((row for row in rows if row["experiment"] == name), key=lambda row: str(row["arm"]))
        first, last = min(row["first"] for row in arms), max(row["last"] for row in arms)
        yield (
            name,
            Course(
                {row["arm"]: int(row["n"]) for row in arms},
                dt.datetime.fromtimestamp(first, dt.UTC),
                dt.datetime.fromtimestamp(last, dt.UTC),
                sum(row["n_orders"] for row in arms),
                sum(int(row["n_unknown"]) for row in arms),
            ),
        )


STEP = Step(
    "lifts",
    "Read what every campaign brought against its control group",
    ("deliveries", "messages", "responses", "enrolments", "orders", "margins", "identities"),
    ("lifts", "variants"),
    lifts,
    ("experiment", "seed"),
)
