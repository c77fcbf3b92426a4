"""The append-only log of identity: what people decided, and what became of persons; later decisions win."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from quanyu.tables import contract
from quanyu.workspace import Workspace

TABLE = "identity_log"


@dataclass(frozen=True)
class Apart:
    """A decision that the identifiers `some` are not the person of the identifiers `rest`."""

    log_id: str
    some: frozenset[str]
    rest: frozenset[str]


@dataclass(frozen=True)
class Decisions:
    """What people decided and nobody decided otherwise since: pairs that belong together, groups that do not."""

    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[Apart, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One line to be appended; the log adds who it is, when and in which order."""

    action: str
    person_id: str | None = None
    other_id: str | None = None
    id_keys: Sequence[str] | Sequence[Sequence[str]] = field(default=())
    reason: str = ""
    decided_by: str = "quanyu"


def in_force(lines: Iterable[dict[str, Any]]) -> Decisions:
    """Return the decisions in force after the lines, oldest first: a join ends the splits it bridges, and vice versa.

    >>> join = {"log_id": "1", "action": "join", "id_keys": '["user:1", "user:2"]'}
    >>> forbid = {"log_id": "2", "action": "forbid", "id_keys": '[["user:2"], ["user:1", "cookie:a"]]'}
    >>> in_force([join]).together, in_force([join, forbid]).together
    ((('user:1', 'user:2'),), ())
    """
    together: list[tuple[str, str]] = []
    apart: list[Apart] = []
    for line in lines:
        keys = json.loads(line["id_keys"] or "[]")
        if line["action"] == "join":
            pair = (keys[0], keys[1])
            apart = [other for other in apart if not _bridges(pair, other)]
            together.append(pair)
        elif line["action"] == "forbid":
            group = Apart(line["log_id"], frozenset(keys[0]), frozenset(keys[1]))
            together = [pair for pair in together if not _bridges(pair, group)]
            apart.append(group)
    return Decisions(tuple(together), tuple(apart))


def _bridges(pair: tuple[str, str], group: Apart) -> bool:
    a, b = pair
    return (a in group.some and b in group.rest) or (b in group.some and a in group.rest)


def read_decisions(ws: Workspace) -> Decisions:
    """Return the decisions of people that are in force."""
    log = ws.warehouse.table(TABLE)
    lines = ws.warehouse.read(log.filter(log["action"].isin(["join", "forbid"]))).to_pylist()
    return in_force(sorted(lines, key=lambda line: (line["decided_at"], line["log_id"])))


def append_entries(ws: Workspace, entries: Sequence[Entry]) -> list[str]:
    """Append lines and return their ids; the same lines about the same state of identities are one line.

    An id starts with the version of `identities` that the line is about, so a step that was killed and runs
    again writes nothing twice, and lines of one moment keep their order.
    """
    if not entries:
        return []
    version, now = ws.warehouse.version("identities") + 1, ws.now()
    rows = [
        {
            "log_id": log_id(version, entry),
            "decided_at": now,
            "action": entry.action,
            "person_id": entry.person_id,
            "other_id": entry.other_id,
            "id_keys": json.dumps(entry.id_keys, ensure_ascii=False) if entry.id_keys else None,
            "reason": entry.reason,
            "decided_by": entry.decided_by,
        }
        for entry in entries
    ]
    table = pa.Table.from_pylist(rows, schema=contract(TABLE).schema.to_pyarrow())
    ws.warehouse.merge(TABLE, table, by="collect")
    return [row["log_id"] for row in rows]


def log_id(version: int, entry: Entry) -> str:
    """Return the id of a line: the version it is about and a digest of what it says.

    A refusal is about no version: the same link refused again is the same line.
    """
    said = json.dumps([entry.action, entry.person_id, entry.other_id, entry.id_keys, entry.decided_by])
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return f"refuse-{digest}" if entry.action == "refuse" else f"{version:09d}-{entry.action}-{digest}"
