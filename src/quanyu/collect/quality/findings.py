"""From the counts of one scan to findings: how much is bad, is that much, which rows to look at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Any, Literal

from quanyu.collect.quality.quality_checks import (
    CHECKS,
    DISTINCT,
    JOINT,
    NULL,
    USUAL_DAYS,
    Examination,
    Probe,
    matters,
)
from quanyu.tables import Table
from quanyu.text import Text

Severity = Annotated[Literal["ok", "note", "warning", "stop"], Text]
Counts = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What one check of one column found.

    `value` is the bad share, for freshness the days since the newest row, for volume the ratio to the usual;
    `threshold` is where it becomes a warning or, with severity stop, the limit in quanyu.toml; `examples` are
    keys of bad rows, at most five.
    """

    table: str
    column: str
    check: str
    n_rows: int
    n_bad: int
    value: float | None
    threshold: float
    severity: Severity
    examples: tuple[Mapping[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, str, str]:
        """The names under which quanyu.toml can limit it, the most general first."""
        return self.check, f"{self.table}.{self.check}", f"{self.table}.{self.column}.{self.check}"


def judge(examination: Examination, counts: Counts, as_of: dt.date) -> Iterator[Finding]:
    """Yield a finding for every probe of a table that has rows, good or bad.

    `counts` are those of the scan, with what `quanyu.collect.quality.suspect.looked_up` adds.
    """
    n_rows = int(counts["n_rows"])
    if n_rows:
        for probe in examination.probes:
            yield from READINGS.get(probe.check, _share)(examination.table, probe, counts, as_of)


def _share(table: Table, probe: Probe, counts: Counts, _: dt.date) -> Iterator[Finding]:
    n_bad = int(counts[f"{probe.stem}__bad"] or 0)
    n_rows = int(counts["n_rows"])
    limit = (
        0.0
        if probe.check == "completeness" and table[probe.column].is_required
        else CHECKS[probe.check].warns_above
    )
    is_minor = probe.check == "completeness" and not matters(table, probe.column)
    yield Finding(
        table=table.name, column=probe.column, check=probe.check, n_rows=n_rows, n_bad=n_bad, value=n_bad / n_rows, threshold=limit,
        severity=_grade(n_bad, n_bad / n_rows, limit, is_minor=is_minor),
        examples=_examples(table, probe, counts),
    )  # fmt: skip


def _examples(table: Table, probe: Probe, counts: Counts) -> tuple[Mapping[str, str], ...]:
    keys = dict.fromkeys(counts.get(f"{probe.stem}__keys", ()))
    return tuple(dict(zip(table.key, key.replace(NULL, "").split(JOINT), strict=True)) for key in keys)


def _grade(n_bad: int, value: float, limit: float, *, is_minor: bool = False) -> Severity:
    if not n_bad:
        return "ok"
    return "warning" if value > limit and not is_minor else "note"


def _uniqueness(table: Table, probe: Probe, counts: Counts, _: dt.date) -> Iterator[Finding]:
    n_rows = int(counts["n_rows"])
    n_bad = n_rows - int(counts[DISTINCT])
    limit = CHECKS["uniqueness"].warns_above
    share = n_bad / n_rows
    yield Finding(
        table=table.name,
        column=probe.column,
        check="uniqueness",
        n_rows=n_rows,
        n_bad=n_bad,
        value=share,
        threshold=limit,
        severity=_grade(n_bad, share, limit),
    )


def _outliers(table: Table, probe: Probe, counts: Counts, _: dt.date) -> Iterator[Finding]:
    """Report how many values lie beyond the fences."""
    n = int(counts.get(f"{probe.stem}__n", 0))
    if n:
        n_bad, limit = int(counts.get(f"{probe.stem}__bad") or 0), CHECKS["outliers"].warns_above
        yield Finding(
            table=table.name,
            column=probe.column,
            check="outliers",
            n_rows=n,
            n_bad=n_bad,
            value=n_bad / n,
            threshold=limit,
            severity=_grade(n_bad, n_bad / n, limit),
            examples=_examples(table, probe, counts),
        )


def _freshness(table: Table, probe: Probe, counts: Counts, as_of: dt.date) -> Iterator[Finding]:
    newest = counts["freshness__newest"]
    if newest is None:
        return
    days, limit = (as_of - newest).days, CHECKS["freshness"].warns_above
    severity: Severity = "warning" if days > limit else "ok"
    yield Finding(
        table=table.name,
        column=probe.column,
        check="freshness",
        n_rows=int(counts["n_rows"]),
        n_bad=0,
        value=float(days),
        threshold=limit,
        severity=severity,
    )


def _volume(table: Table, probe: Probe, counts: Counts, _: dt.date) -> Iterator[Finding]:
    """Compare the day before `as_of` with the median of the 28 days before it; no finding without a usual."""
    newest, *before = (int(counts[f"volume__{back}"] or 0) for back in range(USUAL_DAYS + 1))
    usual, limit = median(before), CHECKS["volume"].warns_above
    if not usual:
        return
    ratio = newest / usual
    severity: Severity = "warning" if ratio < limit or ratio > 1 / limit**2 else "ok"
    yield Finding(
        table=table.name,
        column=probe.column,
        check="volume",
        n_rows=newest,
        n_bad=0,
        value=ratio,
        threshold=limit,
        severity=severity,
    )


READINGS: Mapping[str, Callable[[Table, Probe, Counts, dt.date], Iterator[Finding]]] = {
    "uniqueness": _uniqueness,
    "outliers": _outliers,
    "freshness": _freshness,
    "volume": _volume,
}


def is_crossed(finding: Finding, limit: float) -> bool:
    """Say whether a finding crosses a limit of quanyu.toml: too much, or for volume too little."""
    if finding.value is None:
        return False
    return finding.value < limit if finding.check == "volume" else finding.value > limit


def as_row(finding: Finding, as_of: dt.datetime) -> dict[str, Any]:
    """Return the row of `findings`."""
    examples = json.dumps(finding.examples, ensure_ascii=False) if finding.examples else None
    return {**vars(finding), "examples": examples, "as_of": as_of}
