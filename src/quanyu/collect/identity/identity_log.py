"""The append-only log of identity: what people decided, and what became of persons; later decisions win."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from quanyu.collect.kind import kind_named
from quanyu.tables import contract
from quanyu.workspace import Workspace

TABLE = "identity_log"
ROLES = ("account", "contact", "anonymous")


@dataclass(frozen=True)
class Decision:
    """A decision about two groups of identifiers: that they are one person, or that they are not."""

    log_id: str
    some: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def pair(self) -> tuple[str, str]:
        """The identifiers that stand for the groups: accounts before contacts before cookies."""
        return representative(self.some), representative(self.rest)

    def bridges(self, other: Decision) -> bool:
        """Say whether the groups of both overlap on both sides, so that both cannot be in force."""
        some, rest = set(other.some), set(other.rest)
        straight = not some.isdisjoint(self.some) and not rest.isdisjoint(self.rest)
        return straight or (not some.isdisjoint(self.rest) and not rest.isdisjoint(self.some))


@dataclass(frozen=True)
class Decisions:
    """What people decided and nobody decided otherwise since, oldest first."""

    together: tuple[Decision, ...] = ()
    apart: tuple[Decision, ...] = ()


def representative(id_keys: Iterable[str]) -> str:
    """Return the identifier that stands for a group.

    >>> representative(["cookie:a", "phone:1", "user:2"])
    'user:2'
    """
    return min(id_keys, key=lambda key: (ROLES.index(kind_named(key.split(":")[0]).role), key))


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
    """Return the decisions in force after the lines, oldest first.

    A join ends the splits it bridges, and the other way round.

    >>> join = {"log_id": "1", "action": "join", "id_keys": '[["user:1"], ["user:2"]]'}
    >>> forbid = {"log_id": "2", "action": "forbid", "id_keys": '[["user:2"], ["user:1", "cookie:a"]]'}
    >>> len(in_force([join]).together), in_force([join, forbid]).together
    (1, ())
    """
    together: list[Decision] = []
    apart: list[Decision] = []
    for line in lines:
        some, rest = json.loads(line["id_keys"])
        new = Decision(line["log_id"], tuple(some), tuple(rest))
        if line["action"] == "join":
            apart = [old for old in apart if not new.bridges(old)]
            together.append(new)
        else:
            together = [old for old in together if not _stands(old).bridges(new)]
            apart.append(new)
    return Decisions(tuple(together), tuple(apart))


def _stands(join: Decision) -> Decision:
    """Return the link that a join makes: only the two identifiers that stand for the groups."""
    return Decision(join.log_id, join.pair[:1], join.pair[1:])


def read_decisions(ws: Workspace) -> Decisions:
    """Return the decisions of people that are in force."""
    log = ws.warehouse.table(TABLE)
    lines = ws.warehouse.read(log.filter(log["action"].isin(["join", "forbid"]))).to_pylist()
    return in_force(sorted(lines, key=lambda line: (line["decided_at"], line["log_id"])))


def read_log(ws: Workspace, person_id: str) -> list[dict[str, Any]]:
    """Return the lines about a person, oldest first."""
    log = ws.warehouse.table(TABLE)
    lines = ws.warehouse.read(
        log.filter((log["person_id"] == person_id) | (log["other_id"] == person_id))
    ).to_pylist()
    return sorted(lines, key=lambda line: (line["decided_at"], line["log_id"]))


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
    return [str(row["log_id"]) for row in rows]


def log_id(version: int, entry: Entry) -> str:
    """Return the id of a line: the version it is about and a digest of what it says.

    A refusal is about no version: the same link refused again is the same line.
    """
    said = json.dumps([entry.action, entry.person_id, entry.other_id, entry.id_keys, entry.decided_by])
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return f"refuse-{digest}" if entry.action == "refuse" else f"{version:09d}-{entry.action}-{digest}"
