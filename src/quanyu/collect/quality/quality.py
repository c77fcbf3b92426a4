"""The step `quality`: every check of every input table, one scan each, before anything is derived."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

import pyarrow as pa

from quanyu.collect.quality.across import across
from quanyu.collect.quality.count import Counts, as_rows, counted, from_rows
from quanyu.collect.quality.findings import Finding, Severity, as_row, is_crossed, judge
from quanyu.collect.quality.lines import Judged, judged_by_lines
from quanyu.collect.quality.quality_checks import CHECKS, examine, matters
from quanyu.collect.quality.suspect import looked_up
from quanyu.collect.settings import QualitySettings
from quanyu.errors import QualityError, SettingError
from quanyu.method.change import Made
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.tables import CONTRACTS, contract
from quanyu.text import Sentence
from quanyu.workspace import Workspace
from quanyu.workspace.kept import forget_others, keep, kept

ORDER = ("stop", "warning", "note", "ok")
LESSER = ("outliers", "freshness", "volume", "feeds", "currencies")
"""Checks that find what may well be so."""


def check(ws: Workspace, as_of: dt.date) -> dict[str, int]:
    """Check all input tables, write `findings` and return how many there are of each severity.

    Raises `QualityError` when a limit of `quality.stop` in quanyu.toml is crossed. The findings are written
    first, so they can be read; tables derived from the data keep their last good state.
    """
    limits = _limits(ws)
    made_of, counts, judged = _counts(ws, as_of)
    found = (*_examined(ws, as_of, counts), *across(ws, as_of, judged), *_refused(ws))
    findings = [_stopped(finding, limits) for finding in found]
    moment = dt.datetime.combine(as_of, dt.time(), ws.settings.zone).astimezone(dt.UTC)
    rows = pa.Table.from_pylist(
        [as_row(finding, moment) for finding in findings], schema=contract("findings").schema.to_pyarrow()
    )
    name = keep(ws, "findings", {"counts": as_rows(counts), **(judged.parts if judged else {})})
    ws.warehouse.replace("findings", rows, by="collect", about={"made_of": {**made_of, "kept": name}})
    forget_others(ws, "findings", name)
    if stops := [finding for finding in findings if finding.severity == "stop"]:
        raise QualityError(
            "The run stopped before derived tables changed: {crossed}.",
            "Correct the source and load it again, or change [quality.stop] in quanyu.toml.",
            crossed=_joined([_said(finding) for finding in stops]),
        )
    return {severity: sum(finding.severity == severity for finding in findings) for severity in ORDER}


def read_findings(ws: Workspace, *, is_bad: bool = False) -> list[Finding]:
    """Return what the last check found, the gravest first; only notes, warnings and stops if `is_bad`."""
    rows = ws.warehouse.read(ws.warehouse.table("findings")).drop_columns(["as_of"]).to_pylist()
    findings = [
        Finding(**{**row, "examples": tuple(json.loads(row["examples"] or "[]"))})
        for row in rows
        if not is_bad or row["severity"] != "ok"
    ]
    return sorted(
        findings,
        key=lambda finding: (
            ORDER.index(finding.severity),
            -(finding.value or 0),
            finding.table,
            finding.column,
            finding.check,
        ),
    )


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order in which to see to them: the gravest first; of these what most figures need, orders before
    all other tables; then by share."""
    return sorted(
        findings,
        key=lambda finding: (
            ORDER.index(finding.severity),
            not _is_needed(finding),
            finding.table != "orders",
            -(finding.n_bad / finding.n_rows if finding.n_bad and finding.n_rows else 0.0),
            finding.table,
            finding.column,
            finding.check,
        ),
    )


def _is_needed(finding: Finding) -> bool:
    """Say whether money is counted twice, or what most figures need is missing or wrong."""
    if finding.check in LESSER:
        return False
    table = CONTRACTS.get(finding.table)
    is_known = table is not None and finding.column in table.by_name
    return finding.check.startswith("double_") or (
        is_known and matters(contract(finding.table), finding.column)
    )


def _counts(ws: Workspace, as_of: dt.date) -> tuple[dict[str, Any], dict[str, Counts], Judged | None]:
    """Return what the counts of every table with rows are made of, the counts, and sales by their lines: rows that came are
    added to those kept."""
    terms = {
        "zone": ws.settings.timezone,
        "currency": ws.settings.currency,
        "engine": ws.settings.engine,
        "program": program(__name__),
    }
    made, parts = Made.of(ws, "findings", terms), kept(ws, "findings")
    last = parts if parts is not None and made else {}
    since = made.versions if made else {}
    before = from_rows(last["counts"]) if last else {}
    tables = [table for table in CONTRACTS.values() if table.is_input and ws.warehouse.count(table.name)]
    versions = {table.name: ws.warehouse.version(table.name) for table in tables}
    counts = {table.name: counted(ws, table, as_of, since, before.get(table.name)) for table in tables}
    judged = judged_by_lines(ws, made, Judged.kept(last))
    return {**terms, "as_of": as_of.isoformat(), "versions": versions}, counts, judged


def _examined(ws: Workspace, as_of: dt.date, counts: Mapping[str, Counts]) -> Iterator[Finding]:
    for name, known in counts.items():
        examination = examine(ws, contract(name), as_of)
        told = known.told(examination.table, as_of)
        yield from judge(examination, told | looked_up(ws, examination, told), as_of)


def _refused(ws: Workspace) -> Iterator[Finding]:
    """Yield what the loader refused, by source and reason; the share is of the loaded and refused rows."""
    rejects = ws.warehouse.table("rejects")
    reason = rejects["reason"].re_replace(r"-?\d[\d.,:\- ]*", "…")
    groups = rejects.group_by(rejects["source"], reason=reason).aggregate(n=rejects.count())
    taken = sum(ws.warehouse.count(table.name) for table in CONTRACTS.values() if table.is_input)
    lines = ws.warehouse.read(groups).to_pylist()
    total = taken + sum(line["n"] for line in lines)
    limit = CHECKS["rejects"].warns_above
    for line in sorted(lines, key=lambda line: (line["source"], line["reason"])):
        share = line["n"] / total
        example = ({"source": line["source"], "reason": line["reason"]},)
        column = f"{line['source']}: {line['reason']}"
        severity: Severity = "warning" if share > limit else "note"
        yield Finding(
            table="rejects",
            column=column,
            check="rejects",
            n_rows=total,
            n_bad=line["n"],
            value=share,
            threshold=limit,
            severity=severity,
            examples=example,
        )


def _limits(ws: Workspace) -> dict[str, float]:
    limits = dict(ws.settings.of(QualitySettings).stop)
    for name in limits:
        if name.split(".")[-1] not in CHECKS:
            raise SettingError(
                "quality.stop names {name!r}, which is no check.",
                "Checks: {checks}; as check, table.check or table.column.check.",
                name=name,
                checks=", ".join(CHECKS),
            )
    return limits


def _stopped(finding: Finding, limits: dict[str, float]) -> Finding:
    """Raise the severity to stop where a limit is crossed; of several limits the most specific one counts."""
    general = _is_general(finding)
    named = [name for name in finding.names if name in limits and (general or name == finding.names[-1])]
    if named and is_crossed(finding, limits[named[-1]]):
        return replace(finding, severity="stop", threshold=limits[named[-1]])
    return finding


def _is_general(finding: Finding) -> bool:
    """Missing values stop a run under a general name only in columns that figures need."""
    if finding.check != "completeness":
        return True
    return matters(contract(finding.table), finding.column)


def _said(finding: Finding) -> Sentence:
    return Sentence(
        "{name} is {value:.4g}, allowed is {limit:.4g}",
        name=finding.names[-1],
        value=finding.value,
        limit=finding.threshold,
    )


def _joined(sentences: list[Sentence]) -> Sentence:
    return reduce(lambda before, after: Sentence("{before}; {after}", before=before, after=after), sentences)


INPUTS = tuple(name for name, table in CONTRACTS.items() if table.is_input)
STEP = Step(
    "quality",
    "Check the quality of what was loaded",
    (*INPUTS, "rejects"),
    ("findings",),
    check,
    ("quality",),
    may_stop=True,
    kept="by_row",
)
