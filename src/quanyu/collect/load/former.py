"""The former reading of a file that is read again with another layout: its rows that no file tells any more leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import ibis

from quanyu.collect.layout import declare
from quanyu.collect.load.take import Job, stage
from quanyu.collect.merge import Staged
from quanyu.collect.money import in_currency
from quanyu.errors import QuanyuError
from quanyu.ledger import Load
from quanyu.tables import contract
from quanyu.workspace import Workspace

ASIDE = ("rejects", "continuations")
"""What is known to be of one file, and is replaced with it."""


@dataclass(frozen=True)
class Left:
    """Rows of a former reading under keys that the new one does not have: how many left, and how many another file has
    changed since, so that they stay.
    """

    n_gone: int = 0
    n_stay: int = 0


def former_rows(job: Job, before: Load | None) -> Mapping[str, Staged]:
    """Stage the rows that a file gave by the layout of an earlier loading, by table; none if that was the same layout.

    A layout that this program does not read any more gives none.
    """
    if before is None or before.reading is None or before.reading == job.layout.entries:
        return {}
    work = job.work / "former"
    work.mkdir(exist_ok=True)
    try:
        layout = declare.parse_layout(before.reading, job.layout.name)
        taken = stage(replace(job, layout=layout, work=work), lambda _: None)
    except QuanyuError:
        return {}
    patched = {target.table.name for target in layout.targets if target.is_patch}
    return {name: rows for name, rows in taken.staged.items() if name not in patched and name not in ASIDE}


def leave(ws: Workspace, name: str, former: Iterable[Staged], new: Iterable[Staged], work: Path) -> Left:
    """Take rows of former readings out of a table, unless a new reading has their key or they say something else by now."""
    table, known = contract(name), ws.warehouse.table(name)
    parts = [staged.rows(ws.warehouse.scan, table) for staged in former]
    told = ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0]
    for staged in new:
        rows = staged.rows(ws.warehouse.scan, table)
        told = told.anti_join(rows, [told[key].identical_to(rows[key]) for key in table.key])
    valued = in_currency(ws, table, told)
    same = [valued[key].identical_to(known[key]) for key in table.key]
    both = valued.inner_join(known, same, rname="{name}_known")
    values = [column for column in table.schema.names if column not in table.key]
    said = [both[c].isnull() | both[c].identical_to(both[f"{c}_known"]) for c in values]
    marked = both.select(*table.key, is_said=ibis.and_(*said) if said else ibis.literal(True))
    by_key = marked.group_by(list(table.key)).aggregate(is_said=marked.is_said.any())
    by_key = ws.warehouse.scan(ws.warehouse.engine.write(by_key, work / f"{name}.former"))
    counts = by_key.aggregate(gone=by_key.is_said.sum(), stay=(~by_key.is_said).sum())
    (counted,) = ws.warehouse.read(counts).to_pylist()
    if counted["gone"]:
        gone = known.semi_join(by_key.filter(by_key.is_said), list(table.key))
        ws.warehouse.merge(name, known.limit(0), by="collect", gone=gone)
    return Left(int(counted["gone"] or 0), int(counted["stay"] or 0))
