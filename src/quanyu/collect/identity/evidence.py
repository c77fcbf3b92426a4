"""What is known about identifiers before any is joined: when seen, with which others, under what name."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.warehouse.portable import group_key, seconds
from quanyu.workspace import Workspace

SEEN = (
    ("orders", "id_key", "ordered_at", "ordered_at"),
    ("events", "id_key", "occurred_at", "occurred_at"),
    ("touches", "id_key", "touched_at", "touched_at"),
    ("feedback", "id_key", "said_at", "said_at"),
    ("consents", "id_key", "decided_at", "decided_at"),
    ("leads", "id_key", "contacted_on", "contacted_on"),
    ("members", "id_key", "joined_on", "seen_at"),
    ("links", "id_key", "first_seen_at", "last_seen_at"),
    ("links", "other_key", "first_seen_at", "last_seen_at"),
)
"""Where identifiers occur: table, column, and the columns that say when first and last."""

TIME = "timestamp('UTC')"
MASKS = r"[*＊#$•?？]|\d{5}|^(先生|女士|小姐|匿名|.先生|.女士|.小姐)$"
"""Names that are masked, ciphertext, a number or a mere form of address are no full names."""
FAMILY = r"^([一-鿿])(?:[一-鿿]?[*＊•?？]+[一-鿿]?|[一-鿿]{1,3}|先生|女士|小姐)$"
"""A Chinese name begins with the family name, and most masks leave just that: 张** is not 李雷."""


def identifiers(ws: Workspace, keys: ir.Table | None = None) -> ir.Table:
    """Return id_key, first_seen_at, last_seen_at: every identifier that occurs anywhere, once.

    Here and below, of some identifiers only if their numbers (`key`, see `group_key`) are given.
    """
    parts = [_seen(ws, _shorter(ws, place), keys) for place in SEEN if ws.warehouse.exists(place[0])]
    if not parts:
        return _seen(ws, SEEN[0], keys)
    return first_and_last(reduce(lambda left, right: left.union(right), parts))


def _shorter(ws: Workspace, place: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    """Return the visits in place of the events that they were made of: the same times in far fewer rows."""
    made_of = ws.warehouse.about("visits").get("made_of") or {}
    is_known = place[0] == "events" and made_of.get("events") == ws.warehouse.version("events")
    return ("visits", "id_key", "began_at", "ended_at") if is_known else place


def _seen(ws: Workspace, place: tuple[str, str, str, str], keys: ir.Table | None) -> ir.Table:
    table, column, *_ = place
    return first_and_last(times(among(ws.warehouse.table(table), keys, column), place))


def times(rows: ir.Table, place: tuple[str, str, str, str]) -> ir.Table:
    """Return when each of some rows saw its identifier: id_key, first_seen_at, last_seen_at."""
    _, column, first, last = place
    rows = rows.filter(rows[column].notnull() & (rows[column] != ""))
    low, high = rows[first].cast(TIME), rows[last].cast(TIME)
    return rows.select(id_key=rows[column], first_seen_at=low.coalesce(high), last_seen_at=high.coalesce(low))


def first_and_last(rows: ir.Table) -> ir.Table:
    """Return when every identifier was first and last seen, once each."""
    return rows.group_by("id_key").aggregate(
        first_seen_at=rows["first_seen_at"].min(), last_seen_at=rows["last_seen_at"].max()
    )


def among(rows: ir.Table, keys: ir.Table | None, *columns: str) -> ir.Table:
    """Return the rows in which one of the columns holds an identifier whose number is among `keys`, each once."""
    if keys is None:
        return rows
    first, *others = columns
    numbered = rows.mutate(_key=group_key(rows[first]))
    held = numbered.semi_join(keys, [("_key", "key")]).drop("_key")
    if not others:
        return held
    rest = numbered.anti_join(keys, [("_key", "key")]).drop("_key")
    return held.union(among(rest, keys, *others))


def pairs(ws: Workspace, keys: ir.Table | None = None, version: int | None = None) -> ir.Table:
    """Return low, high, is_verified, n_sources, last_epoch: every linked pair of identifiers, once.

    The smaller key comes first whichever way the sources wrote the link. Of some identifiers: the pairs that hold one.
    """
    links = among(ws.warehouse.table("links", version), keys, "id_key", "other_key")
    links = links.filter(
        (links["id_key"] != links["other_key"]) & (links["id_key"] != "") & (links["other_key"] != "")
    )
    moment = links["last_seen_at"].coalesce(links["first_seen_at"])
    rows = links.select(
        low=ibis.least(links["id_key"], links["other_key"]),
        high=ibis.greatest(links["id_key"], links["other_key"]),
        is_verified=links["is_verified"].fill_null(False),
        moment=seconds(moment).fill_null(0),
    )
    return rows.group_by("low", "high").aggregate(
        is_verified=rows["is_verified"].any(), n_sources=rows.count(), last_epoch=rows["moment"].max()
    )


def names(ws: Workspace, keys: ir.Table | None = None) -> ir.Table:
    """Return id_key, name_hash, family_hash: under which full name and which family name an identifier goes.

    Each is null unless it is exactly one. A family name shows through a mask; names are taken in lower case
    without blanks and points, and leave this expression only as keyed hashes.
    """
    members = among(ws.warehouse.table("members"), keys, "id_key").filter(lambda t: t["name"].notnull())
    name = members["name"].lower().re_replace(r"[\s.·,，'-]+", "")
    rows = members.select("id_key", name=name, family=name.re_extract(FAMILY, 1).nullif(""))
    is_full = (rows["name"].length() >= 2) & ~rows["name"].re_search(MASKS)
    rows = rows.mutate(name=is_full.ifelse(rows["name"], ibis.null("string")))
    known = rows.group_by("id_key").aggregate(
        name=rows["name"].min(),
        other=rows["name"].max(),
        family=rows["family"].min(),
        other_family=rows["family"].max(),
    )
    return known.select(
        "id_key",
        name_hash=_only(ws, known["name"], known["other"], 12),
        family_hash=_only(ws, known["family"], known["other_family"], 6),
    ).filter(lambda t: t["name_hash"].notnull() | t["family_hash"].notnull())


def _only(ws: Workspace, least: ir.StringValue, greatest: ir.StringValue, digits: int) -> ir.StringValue:
    salted = ibis.literal(f"{ws.secret}name:") + least
    return (least == greatest).ifelse(salted.hexdigest("sha256").substr(0, digits), ibis.null("string"))
