"""Which files the rows of a table came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quanyu import ledger
from quanyu.collect.layout import catalogue
from quanyu.collect.quality.findings import Finding
from quanyu.workspace import Workspace

MOST = 1_000_000
"""More loadings than a workspace has."""

Files = Mapping[tuple[str, str], tuple[str, ...]]


def files_by_source(ws: Workspace) -> Files:
    """Return the files that were loaded into each table, by table and source, the newest first."""
    layouts = {layout.name: layout for layout in catalogue.layouts(ws.root)}
    files: dict[tuple[str, str], dict[str, None]] = {}
    for load in ledger.list_loads(ws.ledger, limit=MOST):
        layout = layouts.get(load.layout)
        for table in layout.tables if layout and load.n_taken else ():
            files.setdefault((table, layout.source if layout else ""), {})[load.file_name] = None
    return {key: tuple(names) for key, names in files.items()}


def files_of(finding: Finding, files: Files) -> Sequence[str]:
    """Return the files that the rows of a finding can be in: those of the sources its examples name, else all of its table."""
    sources = {example["source"] for example in finding.examples if "source" in example}
    listed = {
        name: None
        for (table, source), names in files.items()
        if table == finding.table and (not sources or source in sources)
        for name in names
    }
    return tuple(listed)
