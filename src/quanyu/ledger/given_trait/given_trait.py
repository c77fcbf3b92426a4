"""Traits that a journey gives to people: one value of each name, the last that was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from quanyu.ledger.run import last_good
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

NAMES = sa.Table(
    "given_trait_names",
    schema.METADATA,
    schema.text("name", primary_key=True),
    schema.text("kind"),
    schema.time("declared_at"),
    sa.CheckConstraint("kind IN ('text', 'number', 'flag', 'day')", name="kind"),
)
GIVEN_TRAITS = sa.Table(
    "given_traits",
    schema.METADATA,
    schema.text("person_id", primary_key=True),
    schema.text("name", primary_key=True),
    schema.text("value"),
    schema.time("given_at"),
    schema.text("given_by"),
    sa.Index(None, "given_at"),
)
NOBODY = ""
"""Stands where a name is declared that nobody has been given yet."""


def declare(scope: Scope, names: Mapping[str, str], *, at: dt.datetime) -> None:
    """Let traits exist, with the kind of each, before anybody is given one: rules may name them from the next turn on."""
    with writing(scope) as connection:
        insert_once(
            connection,
            NAMES,
            [{"name": name, "kind": kind, "declared_at": at} for name, kind in names.items()],
        )


def kinds(scope: Scope) -> dict[str, str]:
    """Return every given trait with its kind."""
    with reading(scope) as connection:
        rows = connection.execute(sa.select(NAMES.c.name, NAMES.c.kind).order_by(NAMES.c.name)).all()
    return {one.name: one.kind for one in rows}


def give(
    connection: Connection, people: sa.Select[Any], name: str, value: str, *, by: str, at: dt.datetime
) -> int:
    """Give a trait to the people of a query, in the place of what they had by that name; return how many they are."""
    whom = people.distinct().subquery("whom")
    moment = sa.literal(at, GIVEN_TRAITS.c.given_at.type)
    # SQLite needs a condition to tell a join's ON from that of a conflict.
    rows = sa.select(whom.c[0], sa.literal(name), sa.literal(value), moment, sa.literal(by)).where(sa.true())
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = insert(GIVEN_TRAITS).from_select([column.name for column in GIVEN_TRAITS.c], rows)
    changed = {column: new.excluded[column] for column in ("value", "given_at", "given_by")}
    return connection.execute(
        new.on_conflict_do_update(index_elements=["person_id", "name"], set_=changed)
    ).rowcount


def follow(connection: Connection, merges: Mapping[str, str]) -> None:
    """Let the traits of people who were merged be of whom they were merged into; of two by one name the later stays."""
    both = sorted({*merges, *merges.values()})
    listed: dict[tuple[str, str], Any] = {}
    for start in range(0, len(both), 500):
        theirs = GIVEN_TRAITS.c.person_id.in_(both[start : start + 500])
        for row in connection.execute(sa.select(GIVEN_TRAITS).where(theirs)).mappings():
            whose = merges.get(row["person_id"], row["person_id"]), row["name"]
            if whose not in listed or listed[whose]["given_at"] < row["given_at"]:
                listed[whose] = row
        connection.execute(sa.delete(GIVEN_TRAITS).where(theirs))
    if listed:
        rows = [{**row, "person_id": person} for (person, _), row in listed.items()]
        connection.execute(sa.insert(GIVEN_TRAITS), rows)


def stream(scope: Scope) -> Iterator[list[dict[str, Any]]]:
    """Yield what everybody was given, in batches, after a row of nobody for each name that exists."""
    wanted = (
        sa.select(
            GIVEN_TRAITS.c.person_id,
            GIVEN_TRAITS.c.name,
            NAMES.c.kind,
            GIVEN_TRAITS.c.value,
            GIVEN_TRAITS.c.given_at,
        )
        .join(NAMES, NAMES.c.name == GIVEN_TRAITS.c.name)
        .order_by(GIVEN_TRAITS.c.name, GIVEN_TRAITS.c.person_id)
    )
    with reading(scope) as connection:
        declared = connection.execute(sa.select(NAMES).order_by(NAMES.c.name)).all()
        yield [
            {
                "person_id": NOBODY,
                "name": one.name,
                "kind": one.kind,
                "value": None,
                "given_at": one.declared_at,
            }
            for one in declared
        ]
        result = connection.execution_options(yield_per=50_000).execute(wanted)
        for part in result.mappings().partitions(50_000):
            yield [dict(row) for row in part]


def changed_since(scope: Scope, step: str) -> int:
    """Return how many traits were given or declared since a step of the loop last ended well."""
    last = last_good(scope, step)
    counts = []
    for column in (GIVEN_TRAITS.c.given_at, NAMES.c.declared_at):
        wanted = sa.select(sa.func.count()).select_from(column.table)
        counts.append(wanted.where(column >= last.started_at) if last else wanted)
    with reading(scope) as connection:
        return sum(int(connection.execute(wanted).scalar_one()) for wanted in counts)
