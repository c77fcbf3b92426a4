"""What steps make for people who pass them: rows of other records, one per entry and step, all of a batch in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from quanyu.ledger import given_trait
from quanyu.ledger.grant import GRANTS
from quanyu.ledger.journey.enrolment import ENROLMENTS as E
from quanyu.ledger.journey.enrolment import PASSED, among
from quanyu.ledger.run import last_good
from quanyu.ledger.store import Scope, reading
from quanyu.ledger.task import TASKS

RECORDS = (TASKS, GRANTS)
"""Records that steps write and that are taken back when somebody leaves early."""
OPEN = ("open", "granted")
"""What has not been done or used yet."""
CARRIED = ("enrolment_id", "journey_id", "version", "person_id", "entity")


def make(
    connection: Connection, table: sa.Table, node: str, ids: Sequence[int], values: Mapping[str, Any]
) -> int:
    """Write a row for each of some enrolments that has passed a node and has none from it, and return how many that are."""
    columns: list[sa.ColumnElement[Any]] = [E.c[name] for name in CARRIED]
    columns += [sa.literal(value, table.c[name].type) for name, value in values.items()]
    rows = _passed(sa.select(*columns, sa.literal(node)), connection, node, ids)
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = insert(table).from_select([*CARRIED, *values, "node"], rows).on_conflict_do_nothing()
    return connection.execute(new).rowcount


def passing(connection: Connection, node: str, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Return those of some enrolments that have passed a node: number, person, cart or order."""
    wanted = _passed(sa.select(E.c.enrolment_id, E.c.person_id, E.c.entity), connection, node, ids)
    return [tuple(row) for row in connection.execute(wanted.order_by(E.c.enrolment_id))]


def give(
    connection: Connection, node: str, ids: Sequence[int], name: str, value: str, *, by: str, at: dt.datetime
) -> int:
    """Give a trait to the people of those enrolments that have passed a node, and return how many people that are."""
    people = _passed(sa.select(E.c.person_id), connection, node, ids)
    return given_trait.give(connection, people, name, value, by=by, at=at)


def _passed(wanted: sa.Select[Any], connection: Connection, node: str, ids: Sequence[int]) -> sa.Select[Any]:
    joined = wanted.join_from(E, PASSED, PASSED.c.enrolment_id == E.c.enrolment_id)
    return joined.where(among(connection, E.c.enrolment_id, ids), PASSED.c.node == node)


def take_back(connection: Connection, whose: sa.ColumnElement[bool], reason: str, *, at: dt.datetime) -> None:
    """Cancel what entries that leave early were given to be taken back then, and was not done or used yet.

    `whose` says of an enrolment whether it leaves.
    """
    leaving = sa.select(E.c.enrolment_id).where(whose)
    for table in RECORDS:
        theirs = table.c.enrolment_id.in_(leaving) & (table.c.on_exit == "cancel") & table.c.status.in_(OPEN)
        connection.execute(
            sa.update(table).where(theirs).values(status="cancelled", reason=reason, changed_at=at)
        )


def counts(
    scope: Scope, table: sa.Table, journey_id: str, version: int, node: str
) -> list[tuple[str, str, int]]:
    """Return how many rows of a step stand in each state, for each reason."""
    wanted = sa.select(table.c.status, _reason(table).label("why"), sa.func.count()).where(
        table.c.journey_id == journey_id, table.c.version == version, table.c.node == node
    )
    grouped = wanted.group_by(table.c.status, "why").order_by(table.c.status, "why")
    with reading(scope) as connection:
        return [(status, reason, int(n)) for status, reason, n in connection.execute(grouped)]


def _reason(table: sa.Table) -> sa.ColumnElement[str]:
    # What staff note is theirs, and no reason to count by.
    return sa.case((table.c.status == "cancelled", table.c.reason), else_=sa.literal(""))


def changes(
    scope: Scope, journey_id: str, person_id: str
) -> Iterator[tuple[dt.datetime, int, str, str, str]]:
    """Yield what became of what a person was given in a journey: when, entry, node, what (`task_done`), why it was cancelled."""
    for table in RECORDS:
        named = sa.literal(table.name.removesuffix("s") + "_") + table.c.status
        columns = (table.c.changed_at, table.c.enrolment_id, table.c.node, named, _reason(table))
        wanted = sa.select(*columns).where(
            table.c.journey_id == journey_id, table.c.person_id == person_id, table.c.status.not_in(OPEN)
        )
        with reading(scope) as connection:
            yield from (tuple(row) for row in connection.execute(wanted))


def follow(connection: Connection, merges: Mapping[str, str]) -> None:
    """Let what people who were merged were given be of whom they were merged into."""
    for table in RECORDS:
        change = sa.update(table).where(table.c.person_id == sa.bindparam("old"))
        connection.execute(
            change.values(person_id=sa.bindparam("new")),
            [{"old": old, "new": new} for old, new in merges.items()],
        )
    given_trait.follow(connection, merges)


def drop_of(connection: Connection, people: Sequence[str], reason: str) -> None:
    """Cancel whatever people were given and was not done or used yet."""
    for table in RECORDS:
        theirs = table.c.person_id.in_(people) & table.c.status.in_(OPEN)
        connection.execute(sa.update(table).where(theirs).values(status="cancelled", reason=reason))


def stream(scope: Scope, table: sa.Table, names: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Yield every row of a record as analyses see it, in batches; why only of what was cancelled."""
    columns = [_reason(table).label(name) if name == "reason" else table.c[name] for name in names]
    wanted = sa.select(*columns).order_by(next(iter(table.primary_key.columns)))
    with reading(scope) as connection:
        result = connection.execution_options(yield_per=50_000).execute(wanted)
        for part in result.mappings().partitions(50_000):
            yield [dict(row) for row in part]


def changed_since(scope: Scope, step: str) -> int:
    """Return how many rows have changed since a step of the loop last ended well."""
    last, n = last_good(scope, step), 0
    with reading(scope) as connection:
        for table in RECORDS:
            wanted = sa.select(sa.func.count()).select_from(table)
            wanted = wanted.where(table.c.changed_at >= last.started_at) if last else wanted
            n += int(connection.execute(wanted).scalar_one())
    return n
