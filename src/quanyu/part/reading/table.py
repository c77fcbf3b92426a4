"""The tables: what each holds, how many rows, and its columns."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.errors import DamageError
from quanyu.part.action import Action, Caller
from quanyu.part.given import Fault
from quanyu.tables import CONTRACTS, contract
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Nothing:
    """Every table is wanted."""


@dataclass(frozen=True)
class Wanted:
    """The table that is wanted."""

    table: str


@dataclass(frozen=True)
class TableState:
    """A table: what it is called in Chinese and English, one row per what, who writes it, its rows and version.

    No rows are known where it is damaged, with the `fault`.
    """

    table: str
    zh: str
    en: str
    grain: str
    key: tuple[str, ...]
    owner: str
    rows: int | None
    version: int
    fault: Fault | None = None


@dataclass(frozen=True)
class ColumnState:
    """A column: its type, what it is called, whom it could betray, and what it counts in."""

    column: str
    type: str
    zh: str = ""
    en: str = ""
    privacy: str = ""
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Described:
    """A table with its columns."""

    table: TableState
    columns: tuple[ColumnState, ...]


def tables(ws: Workspace, _: Nothing, __: Caller) -> list[TableState]:
    """Return what every table holds; one that is damaged is listed with its damage."""
    return [_state(ws, name) for name in CONTRACTS]


def describe(ws: Workspace, given: Wanted, _: Caller) -> Described:
    """Return a table with its columns, those too that an open one has beyond its contract."""
    promise = contract(given.table)
    state = _state(ws, given.table)
    columns = [
        ColumnState(
            one.name, one.type, zh=one.zh, en=one.en, privacy=one.privacy, unit=one.unit, note=one.note
        )
        for one in promise.columns
    ]
    if promise.is_open and state.fault is None:
        present = ws.warehouse.table(given.table).schema()
        more = {name: str(kind) for name, kind in present.items() if name not in promise.schema}
        columns += [ColumnState(name, kind) for name, kind in more.items()]
    return Described(state, tuple(columns))


def _state(ws: Workspace, name: str) -> TableState:
    promise, n_rows, fault = CONTRACTS[name], None, None
    try:
        n_rows, version = ws.warehouse.count(name), ws.warehouse.version(name)
    except DamageError as damage:
        version, fault = ws.warehouse.newest(name), damage
    return TableState(
        name,
        zh=promise.zh,
        en=promise.en,
        grain=promise.grain,
        key=promise.key,
        owner=promise.owner,
        rows=n_rows,
        version=version,
        fault=fault,
    )


TABLES = Action(
    "list_tables",
    "List the tables: what they hold, rows, version, owner.",
    Nothing,
    list[TableState],
    tables,
    role="viewer",
    writes=False,
)
DESCRIBE = Action(
    "describe_table",
    "Show a table's rows, version and columns.",
    Wanted,
    Described,
    describe,
    role="viewer",
    writes=False,
)
