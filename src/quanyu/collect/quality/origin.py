"""Which files the rows of a table came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis

from quanyu import ledger
from quanyu.collect.layout import catalogue
from quanyu.collect.quality.findings import Finding
from quanyu.workspace import Workspace

MOST = 1_000_000
"""More loadings than a workspace has."""

GRAVE = ("stop", "warning")
Files = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """Where rows of a finding are: the files, and where it is known the source and how many rows of it."""

    files: tuple[str, ...]
    source: str = ""
    n_rows: int | None = None


def located(ws: Workspace, findings: Iterable[Finding]) -> tuple[tuple[Finding, tuple[Place, ...]], ...]:
    """Return findings with their places; the rows of each source are counted for missing values that are grave."""
    files = files_by_source(ws)
    return tuple((finding, _places(ws, finding, files)) for finding in findings)


def _places(ws: Workspace, finding: Finding, files: Files) -> tuple[Place, ...]:
    if finding.severity == "ok":
        return ()
    counted = missing_by_source(ws, finding) if finding.severity in GRAVE else {}
    if counted:
        return tuple(Place(files.get((finding.table, each), ()), each, n) for each, n in counted.items())
    names = files_of(finding, files)
    return (Place(names),) if names else ()


def files_by_source(ws: Workspace) -> Files:
    """Return the files that were loaded into each table, by table and source, the newest first."""
    layouts = {layout.name: layout for layout in catalogue.layouts(ws.root)}
    files: dict[tuple[str, str], dict[str, None]] = {}
    for load in ledger.list_loads(ws.ledger, limit=MOST):
        layout = layouts.get(load.layout)
        for table in layout.tables if layout and load.n_taken else ():
            files.setdefault((table, layout.source if layout else ""), {})[load.file_name] = None
    return {key: tuple(names) for key, names in files.items()}


def missing_by_source(ws: Workspace, finding: Finding) -> Mapping[str, int]:
    """Return of a finding of missing values how many rows of each source lack it, the most first; none of other findings."""
    rows = ws.warehouse.table(finding.table) if finding.check == "completeness" else None
    if rows is None or "source" not in rows.columns:
        return {}
    counted = rows.filter(rows[finding.column].isnull()).group_by("source").agg(n=ibis._.count())
    listed = ws.warehouse.read(counted.order_by(ibis.desc("n"), "source")).to_pylist()
    return {row["source"] or "": row["n"] for row in listed}


def files_of(finding: Finding, files: Files) -> tuple[str, ...]:
    """Return the files that the rows of a finding can be in: those of the sources its examples name, else all of its table."""
    sources = {example["source"] for example in finding.examples if "source" in example}
    listed = {
        name: None
        for (table, source), names in files.items()
        if table == finding.table and (not sources or source in sources)
        for name in names
    }
    return tuple(listed)
