"""What screens read from portraits: one person with all traits, and how a trait is distributed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.errors import ColumnError
from quanyu.nearest import did_you_mean
from quanyu.tables.owned.fact import ACTIONS
from quanyu.tables.text.mask import mask_email, mask_name, mask_phone
from quanyu.understand.trait.portrait import traits
from quanyu.understand.trait.trait import Trait
from quanyu.workspace import Workspace

MOST_BARS = 24


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


@dataclass(frozen=True)
class Bar:
    """One bar: a value, or a range from `low` (inclusive) to `high` (exclusive, inclusive in the last)."""

    label: str
    n_people: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Distribution:
    """How many people have which value of a trait; `n_unknown` have none."""

    trait: Trait
    bars: tuple[Bar, ...]
    n_known: int
    n_unknown: int
    median: float | None = None


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
        lifetime=values[0] if values else None,
        identifiers=tuple(sorted(_shown(row["id_key"], row["kind"]) for row in keys)),
    )


COUNTED_IN: Mapping[str, tuple[str, ...]] = {
    "events": ("n_sessions", "n_sessions_30d", *(column.name for column in ACTIONS), "n_channels"),
    "touches": ("n_touches", "n_touches_30d"),
    "feedback": ("n_feedback",),
    "orders": ("n_orders", "n_orders_90d", "n_orders_365d", "n_platforms", "n_items_bought"),
}
"""By table the traits that count its rows: of a shop that has none, nothing is known, which is not 0."""


def distribution(ws: Workspace, trait: str) -> Distribution:
    """Return the distribution of a trait: its values where they are few, else ranges between quantiles' ends.

    Raises `ColumnError` for a trait that is not in the portraits.
    """
    declared = {item.name: item for item in traits(ws)}
    portraits = ws.warehouse.table("portraits")
    if trait not in declared or trait not in portraits.columns:
        near = did_you_mean(trait, declared)
        raise ColumnError(
            "There is no trait {trait!r} in the portraits.",
            "{near} Traits: {traits}." if near else "Traits: {traits}.",
            trait=trait,
            near=near,
            traits=", ".join(declared),
        )
    item, value = declared[trait], portraits[trait]
    if item.kind in {"integer", "number", "money", "price"}:
        return _of_numbers(ws, item, value.cast("float64"))
    return _of_words(ws, item, value.cast("string"))


def _of_words(ws: Workspace, item: Trait, value: ir.Value) -> Distribution:
    cells = value.name("value").as_table().group_by("value").aggregate(n=ibis._.count())
    rows = ws.warehouse.read(cells.order_by(ibis.desc("n"), "value")).to_pylist()
    known = [row for row in rows if row["value"] is not None]
    n_known, n_all = sum(row["n"] for row in known), sum(row["n"] for row in rows)
    return Distribution(
        item, tuple(Bar(row["value"], row["n"]) for row in known[:MOST_BARS]), n_known, n_all - n_known
    )


def _of_numbers(ws: Workspace, item: Trait, value: ir.Value) -> Distribution:
    """Ranges of a round width over the middle 98 %, the tails joined to the outer ones."""
    rows = value.name("value").as_table()
    ends = rows.aggregate(
        low=rows.value.quantile(0.01), high=rows.value.quantile(0.99), median=rows.value.median(),
        least=rows.value.min(), most=rows.value.max(), n=rows.value.count(), n_all=rows.count(),
    )  # fmt: skip
    (seen,) = ws.warehouse.read(ends).to_pylist()
    if not seen["n"]:
        return Distribution(item, (), 0, seen["n_all"])
    width = round_width((seen["high"] - seen["low"]) / 12, item.kind == "integer")
    first = math.floor(seen["low"] / width)
    last = max(first, math.floor(seen["high"] / width))
    place = (rows.value / width).floor().cast("int64").clip(first, last).name("place")
    cells = rows.filter(rows.value.notnull()).group_by(place).aggregate(n=ibis._.count())
    counts = {row["place"]: row["n"] for row in ws.warehouse.read(cells).to_pylist()}
    bars = [
        Bar(_range(k * width, width, item), counts.get(k, 0), k * width, (k + 1) * width)
        for k in range(first, last + 1)
    ]
    return Distribution(item, tuple(bars), seen["n"], seen["n_all"] - seen["n"], seen["median"])


def round_width(width: float, is_whole: bool) -> float:
    """Return the next width of 1, 2 or 5 times a power of ten; at least 1 for whole numbers.

    >>> round_width(0.13, False), round_width(33, True), round_width(0, True)
    (0.2, 50.0, 1.0)
    """
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    rounded = next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))
    return max(rounded, 1.0) if is_whole else rounded


def _range(low: float, width: float, item: Trait) -> str:
    if item.kind == "integer" and width == 1:
        return f"{low:g}"
    return f"{low:g}–{low + width:g}"


def _rows(ws: Workspace, table: str, person_id: str) -> list[dict[str, Any]]:
    rows = ws.warehouse.table(table)
    return list(ws.warehouse.read(rows.filter(rows.person_id == person_id)).to_pylist())


def _shown(id_key: str, kind: str) -> str:
    """Return an identifier for screens: hashes of personal values are shortened."""
    value = id_key.partition(":")[2]
    return f"{kind}:{value[:6]}…" if kind in {"phone", "email", "name"} else id_key
