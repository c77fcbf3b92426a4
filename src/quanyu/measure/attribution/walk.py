"""The paths of everybody, kept from turn to turn: only those of people whom something touched are walked again.

Paths add up over people: what is kept, less the paths of those who are touched as they stood, plus theirs as they are,
both walked in one pass.
All sums are whole numbers or decimals, so what comes out is what all people at once would give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.attribution.path import LEVELS, MOST_WORDS, Found, Side, paths, steps
from quanyu.measure.touch import touch
from quanyu.method.change import Made, parted, touched
from quanyu.method.scratch import Scratch
from quanyu.part.program import program
from quanyu.tables.settings import AttributionSettings
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace
from quanyu.workspace.kept import keep, kept

READS = ("orders", "margins", "identities", "visits", "touches", "deliveries")
OF_TIME: Mapping[str, tuple[str, ...]] = {
    "orders": ("ordered_at",),
    "visits": ("began_at", "campaign_at"),
    "touches": ("touched_at",),
}
"""Tables with rows of people, and when these happened."""
OF_PEOPLE = (*OF_TIME, "deliveries", "identities")
WORD = ["channel", "campaign_id"]
PLACE = {"rows": ["level", "window_days", "path"], "decay": ["level", "window_days", "path", "step"]}


@dataclass(frozen=True)
class Walked:
    """The paths of every level and window; `totals` of all that was sold; the words in paths; the `campaigns` known."""

    every: Sequence[Found]
    totals: pa.Table
    words: pa.Table
    known: pa.Table

    @property
    def is_told_apart(self) -> bool:
        """Say whether every campaign is a word of its own, whoever is looked at."""
        return bool(self.words.num_rows <= MOST_WORDS)


def walked(ws: Workspace, as_of: dt.date, scratch: Scratch) -> tuple[Walked, Mapping[str, Any]]:
    """Return the paths of everybody, and what the table `paths` should say that it was made of."""
    terms = _terms(ws)
    known = ws.warehouse.read(touch.campaigns(ws))
    all_paths = _renewed(ws, as_of, scratch, known) or _walk_all(ws, as_of, scratch, known)
    versions = {name: ws.warehouse.version(name) for name in READS}
    name = keep(ws, "paths", _parts(all_paths))
    return all_paths, {**terms, "as_of": as_of.isoformat(), "versions": versions, "kept": name}


def anew(ws: Workspace, as_of: dt.date, scratch: Scratch) -> Walked:
    """Return the paths of everybody, all walked at once."""
    return _walk_all(ws, as_of, scratch, ws.warehouse.read(touch.campaigns(ws)))


def _terms(ws: Workspace) -> dict[str, Any]:
    spec = ws.settings.of(AttributionSettings).model_dump(mode="json")
    return {
        "zone": ws.settings.timezone,
        "engine": ws.settings.engine,
        "spec": spec,
        "program": program(__name__),
    }


def _walk_all(ws: Workspace, as_of: dt.date, scratch: Scratch, known: pa.Table) -> Walked:
    """Walk the paths of all people in a workspace, window by window, which takes less memory."""
    windows = _windows(ws)
    contacts = steps([Side(ws, as_of, scratch.known(known))], scratch, max(windows))
    every = [path_set for window in windows for path_set in paths(ws, scratch, contacts, [window])]
    return Walked(every, contacts.totals, contacts.words.select(WORD), known)


def _renewed(ws: Workspace, as_of: dt.date, scratch: Scratch, known: pa.Table) -> Walked | None:
    """Return the paths kept, with those of people who are touched taken off and walked again; None if it cannot be."""
    before = Made.of(ws, "paths", _terms(ws))
    old = _kept(ws) if before else None
    if not before or not old or not old.is_told_apart:
        return None
    renamed = _renamed(ws, scratch, old.known, known)
    which = {"visits": partial(touch.is_touch, ws)}
    who = touched(ws, before, as_of, _edges(ws, is_later=as_of >= before.as_of), renamed, which=which)
    if who is None:
        return None
    windows, was = _windows(ws), scratch.known(old.known)
    left = _left(ws, before, as_of)
    others = who.besides(_whose(ws, left)) if left else None
    if others:
        ws = (who | others).only(ws, scratch.keep, OF_PEOPLE, which)
    here, there = parted(ws, scratch.keep, before, who, which)
    sides = [Side(here, as_of, scratch.known(known)), Side(there, before.as_of, was, -1)]
    if left and others:
        seen_until = min(left[1] + dt.timedelta(days=2 * max(windows) + 2), before.as_of)
        sides.append(Side(others.only(ws, scratch.keep, OF_PEOPLE), seen_until, was, -1, left))
    contacts = steps(sides, scratch, max(windows))
    words = pa.concat_tables([old.words, contacts.words.select(WORD)]).group_by(WORD).aggregate([])
    every = map(_plus, old.every, paths(ws, scratch, contacts, windows))
    renewed = Walked(list(every), _added([old.totals, contacts.totals], []), words, known)
    return renewed if renewed.is_told_apart else None


def _windows(ws: Workspace) -> list[int]:
    spec = ws.settings.of(AttributionSettings)
    return sorted({spec.window_days, *spec.other_windows})


def _edges(ws: Workspace, *, is_later: bool) -> Mapping[str, tuple[int, ...]]:
    """Paths know the days before the as-of day, back to the longest window before the period.

    What leaves the period is taken off by itself (see `_left`), but for deliveries, and where the day went back.
    """
    period = ws.settings.of(AttributionSettings).period_days
    days = (1, period + max(_windows(ws)) + 1)
    edges = dict.fromkeys(OF_TIME, days if is_later else (*days, period + 1))
    return {**edges, "deliveries": (*days, period + 1)}


def _left(ws: Workspace, before: Made, as_of: dt.date) -> tuple[dt.date, dt.date] | None:
    """Return the days that the period has left: the first, and the one that follows the last; None where the day went back.

    Of people whom nothing else touches only the paths that ended on these days are gone. These hang on touches no
    further ahead than the longest window, and on purchases as far ahead of those.
    """
    period = dt.timedelta(days=ws.settings.of(AttributionSettings).period_days)
    return (before.as_of - period, as_of - period) if as_of > before.as_of else None


def _whose(ws: Workspace, days: tuple[dt.date, dt.date]) -> list[ir.Table]:
    """Return whose the orders, visits and touches of some days are (`key`)."""
    since, until = (touch.start_of(ws, day) for day in days)
    rows = []
    for name, times in OF_TIME.items():
        table = ws.warehouse.table(name)
        table = table.filter(ibis.or_(*(table[time].between(since, until) for time in times)))
        named = table.id_key.coalesce(table.order_id) if name == "orders" else table.id_key
        rows.append(table.select(key=group_key(named)).filter(lambda t: t.key.notnull()))
    return rows


def _renamed(ws: Workspace, scratch: Scratch, old: pa.Table, new: pa.Table) -> list[ir.Table]:
    """Return whose contacts are of campaigns that are now known by another name, or were."""
    told, tells = ({tuple(row.items()) for row in known.to_pylist()} for known in (old, new))
    words = sorted({dict(row)["word"] for row in told ^ tells})
    if not words:
        return []
    named = scratch.known(pa.table({"campaign_id": words}))
    people = []
    for name in ("visits", "touches", "deliveries"):
        rows = ws.warehouse.table(name).semi_join(named, "campaign_id")
        column, number = ("person_id", "person") if name == "deliveries" else ("id_key", "key")
        people.append(rows.select(**{number: group_key(rows[column])}))
    return people


def _plus(kept: Found, change: Found) -> Found:
    """Return the paths kept, with some taken off and others added; what nobody walks any more is gone."""
    rows = _added([kept.rows, change.rows], ["path"])
    n = pc.add(rows["n_nulls"], rows["n_conversions"])
    rows = rows.filter(pc.or_(pc.greater(n, 0), pc.equal(rows["path"], "")))
    decay = _added([kept.decay, change.decay], ["path", "step"])
    bought = rows.filter(pc.greater(rows["n_conversions"], 0))["path"]
    return replace(kept, rows=rows, decay=decay.filter(pc.is_in(decay["path"], bought.combine_chunks())))


def _added(parts: Sequence[pa.Table], by: list[str]) -> pa.Table:
    """Add up rows with the same path and step, in order."""
    schema = parts[0].schema
    sums = [name for name in schema.names if name not in by]
    rows = pa.concat_tables([part.select(schema.names).cast(schema) for part in parts])
    rows = rows.group_by(by).aggregate([(name, "sum") for name in sums])
    rows = rows.rename_columns([name.removesuffix("_sum") for name in rows.column_names])
    rows = rows.select(schema.names).cast(schema)
    return rows.sort_by([(name, "ascending") for name in by]) if by else rows


def _parts(all_paths: Walked) -> Mapping[str, pa.Table]:
    """Return what was found as tables for the next turn."""
    parts = {
        part: pa.concat_tables([_placed(path_set, getattr(path_set, part)) for path_set in all_paths.every])
        for part in PLACE
    }
    return {**parts, "totals": all_paths.totals, "words": all_paths.words, "known": all_paths.known}


def _placed(path_set: Found, rows: pa.Table) -> pa.Table:
    levels = pa.array([path_set.level] * rows.num_rows, pa.string())
    windows = pa.array([path_set.window_days] * rows.num_rows, pa.int64())
    return rows.append_column("level", levels).append_column("window_days", windows)


def _kept(ws: Workspace) -> Walked | None:
    """Return what the turn before kept, None if it is gone."""
    read = kept(ws, "paths")
    if read is None:
        return None
    every = [
        Found(level, window, *(_of(read[part], level, window) for part in PLACE))
        for window in _windows(ws)
        for level in LEVELS
    ]
    return Walked(every, read["totals"], read["words"], read["known"])


def _of(rows: pa.Table, level: str, window: int) -> pa.Table:
    is_wanted = pc.and_(pc.equal(rows["level"], level), pc.equal(rows["window_days"], window))
    return rows.filter(is_wanted).drop_columns(["level", "window_days"])
