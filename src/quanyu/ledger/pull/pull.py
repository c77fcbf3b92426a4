"""Pulls: how far a source that is asked for its rows has been read, and what it looked like then.

A record holds no address with a password and no row: the place as it may be shown, a digest of what was asked, the position.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from quanyu.ledger.store import Scope, reading, schema, writing

PULLS = sa.Table(
    "pulls",
    schema.METADATA,
    schema.text("name", primary_key=True),
    schema.text("place"),
    schema.text("layout"),
    schema.text("asked"),
    schema.json("position", is_required=False),
    schema.json("columns"),
    schema.json("drift"),
    schema.whole("n_batches"),
    schema.whole("n_rows"),
    schema.whole("n_refused"),
    schema.text("digest"),
    schema.text("error"),
    schema.time("pulled_at", is_required=False),
    schema.time("tried_at"),
)


@dataclass(frozen=True)
class PullState:
    """Where a source stands: `position` is where the next pull goes on, None before all; `columns` are kinds by name.

    `asked` is a digest of what is asked of it, `digest` one of the last rows; `n_batches`, `n_rows` and `n_refused` count since
    its beginning. `drift` is what the last pull that noticed any says of columns, `error` why the last one failed.
    """

    name: str
    place: str
    layout: str
    asked: str
    tried_at: dt.datetime
    position: Mapping[str, Any] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    drift: Mapping[str, Any] = field(default_factory=dict)
    n_batches: int = 0
    n_rows: int = 0
    n_refused: int = 0
    digest: str = ""
    error: str = ""
    pulled_at: dt.datetime | None = None

    @property
    def reached(self) -> str:
        """How far it was read, in words: the values of cursor and key behind which it goes on."""
        told = self.position or {}
        values = told.get("at") or filter(None, [told.get("newest")])
        return ", ".join(str(value[1] if isinstance(value, list) else value) for value in values)


def keep_pull(scope: Scope, state: PullState) -> None:
    """Keep where a source stands, in place of what was kept."""
    with writing(scope) as connection:
        connection.execute(sa.delete(PULLS).where(PULLS.c.name == state.name))
        connection.execute(sa.insert(PULLS), [vars(state)])


def find_pull(scope: Scope, name: str) -> PullState | None:
    """Return where a source stands, None if it was never pulled."""
    with reading(scope) as connection:
        row = connection.execute(sa.select(PULLS).where(PULLS.c.name == name)).one_or_none()
    return None if row is None else PullState(**row._mapping)


def list_pulls(scope: Scope) -> list[PullState]:
    """Return where every source stands, by name."""
    with reading(scope) as connection:
        return [
            PullState(**row._mapping) for row in connection.execute(sa.select(PULLS).order_by(PULLS.c.name))
        ]
