"""What screens read from portraits: one person with all traits, how a trait is distributed, and two of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quanyu.tables.owned.fact import ACTIONS
from quanyu.tables.text.mask import mask_email, mask_name, mask_phone
from quanyu.understand.alive import is_alive_withdrawn
from quanyu.understand.trait.distribution import Bar, Distribution, distribution, round_width
from quanyu.understand.trait.pair import Pair, pair
from quanyu.workspace import Workspace

__all__ = [
    "Bar", "Distribution", "Pair", "Person", "distribution", "has_person", "pair", "read_person", "round_width",
]  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A person as a screen may show them: masked names and numbers, traits, rows of RFM and value, identifiers."""

    person_id: str
    name: str
    phone: str
    email: str
    traits: Mapping[str, Any]
    rfm: Mapping[str, Any] | None
    lifetime: Mapping[str, Any] | None
    identifiers: tuple[str, ...]


def has_person(ws: Workspace, person_id: str) -> bool:
    """Return whether there is a person of this id."""
    return bool(_rows(ws, "people", person_id))


def read_person(ws: Workspace, person_id: str) -> Person | None:
    """Return a person with all traits, None when there is no such person."""
    known = _rows(ws, "people", person_id)
    if not known:
        return None
    portrait, groups, values, keys = (
        _rows(ws, name, person_id) for name in ("portraits", "rfm", "lifetimes", "identities")
    )
    columns = dict(portrait[0]) if portrait else {}
    untold = {name for table, names in COUNTED_IN.items() if not ws.warehouse.count(table) for name in names}
    return Person(
        person_id=person_id,
        name=mask_name(known[0]["name"]),
        phone=mask_phone(known[0]["phone"]),
        email=mask_email(known[0]["email"]),
        traits={name: value for name, value in columns.items() if name not in {"person_id", *untold}},
        rfm=groups[0] if groups else None,
        lifetime=_held(ws, values[0]) if values else None,
        identifiers=tuple(sorted(_shown(row["id_key"], row["kind"]) for row in keys)),
    )


COUNTED_IN: Mapping[str, tuple[str, ...]] = {
    "events": ("n_sessions", "n_sessions_30d", *(column.name for column in ACTIONS), "n_channels"),
    "touches": ("n_touches", "n_touches_30d"),
    "feedback": ("n_feedback",),
    "orders": ("n_orders", "n_orders_90d", "n_orders_365d", "n_platforms", "n_items_bought"),
}
"""By table the traits that count its rows: of a shop that has none, nothing is known, which is not 0."""


def _held(ws: Workspace, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `lifetimes` without P(alive) where the forecast does not fit."""
    return {**row, "p_alive": None} if is_alive_withdrawn(ws, row["fit_id"] or "") else row


def _rows(ws: Workspace, table: str, person_id: str) -> list[dict[str, Any]]:
    rows = ws.warehouse.table(table)
    return list(ws.warehouse.read(rows.filter(rows.person_id == person_id)).to_pylist())


def _shown(id_key: str, kind: str) -> str:
    """Return an identifier for screens: hashes of personal values are shortened."""
    value = id_key.partition(":")[2]
    return f"{kind}:{value[:6]}…" if kind in {"phone", "email", "name"} else id_key
