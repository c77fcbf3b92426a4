"""The road through a journey: entering it, moving on, leaving it; all of many people in a few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from quanyu.ledger.journey import made
from quanyu.ledger.journey.documents import Journey
from quanyu.ledger.journey.enrolment import ENROLMENTS as E
from quanyu.ledger.journey.enrolment import PASSED, SEEN, TURNED_AWAY, Enrolment, Move, among
from quanyu.ledger.run import last_good
from quanyu.ledger.store import Scope, insert_once, reading, writing

Entry: TypeAlias = Enrolment
WHOLE = [E.c[name] for name in Enrolment.__dataclass_fields__]


def enrol(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> int:
    """Let people enter whose key has not entered yet, and return how many those are."""
    with writing(scope) as connection:
        return insert_once(connection, E, rows)


def refuse(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep why somebody did not enter, once per occasion; return how many lines were new."""
    with writing(scope) as connection:
        return insert_once(connection, TURNED_AWAY, rows)


def unknown(scope: Scope, journey_id: str, *, since: dt.datetime) -> list[str]:
    """Return the occasions from a moment on that nobody entered by because nobody knew whose they were."""
    wanted = sa.select(TURNED_AWAY.c.occasion).where(
        TURNED_AWAY.c.journey_id == journey_id, TURNED_AWAY.c.person_id == "", TURNED_AWAY.c.at >= since
    )
    with reading(scope) as connection:
        return list(connection.scalars(wanted.order_by(TURNED_AWAY.c.occasion)))


def recall(scope: Scope, journey_id: str, occasions: Sequence[str]) -> None:
    """Take refusals of the unknown back: now somebody is known."""
    nobody = (TURNED_AWAY.c.journey_id == journey_id) & (TURNED_AWAY.c.person_id == "")
    with writing(scope) as connection:
        for start in range(0, len(occasions), 500):
            named = TURNED_AWAY.c.occasion.in_(occasions[start : start + 500])
            connection.execute(sa.delete(TURNED_AWAY).where(nobody, named))


def follow(scope: Scope, journey_id: str, merges: Mapping[str, str], *, at: dt.datetime) -> int:
    """Let the entries of people who were merged be of whom they were merged into, and return how many they are.

    Of two who were on their way about the same, the one who entered first goes on.
    """
    if not merges:
        return 0
    with writing(scope) as connection:
        theirs = sa.select(*WHOLE).where(
            E.c.journey_id == journey_id, E.c.person_id.in_({*merges, *merges.values()})
        )
        entries = [Enrolment(**row._mapping) for row in connection.execute(theirs.order_by(E.c.enrolment_id))]
        going: set[tuple[str, str]] = set()
        for one in entries:
            whose = merges.get(one.person_id, one.person_id), one.entity
            if one.state == "active" and whose in going:
                move(
                    connection,
                    journey_id,
                    one.version,
                    Move.out([one.enrolment_id], one.node, "merged"),
                    at=at,
                )
            elif one.state == "active":
                going.add(whose)
        moved = [one.enrolment_id for one in entries if one.person_id in merges]
        change = (
            sa.update(E)
            .where(E.c.enrolment_id == sa.bindparam("one"))
            # Not `changed_at`: since then counts what somebody does at a step.
            .values(person_id=sa.bindparam("whose"), amended_at=at)
        )
        if moved:
            connection.execute(
                change,
                [
                    {"one": one.enrolment_id, "whose": merges[one.person_id]}
                    for one in entries
                    if one.person_id in merges
                ],
            )
        made.follow(connection, merges)
    return len(moved)


def position(scope: Scope, journey_id: str, source: str) -> str | None:
    """Return how far a source was read for a journey, None before the first time."""
    wanted = sa.select(SEEN.c.position).where(SEEN.c.journey_id == journey_id, SEEN.c.source == source)
    with reading(scope) as connection:
        return connection.execute(wanted).scalar_one_or_none()


def set_position(scope: Scope, journey_id: str, source: str, at: str) -> None:
    """Remember how far a source was read: in the transaction with what was read."""
    with writing(scope) as connection:
        own = (SEEN.c.journey_id == journey_id) & (SEEN.c.source == source)
        connection.execute(sa.delete(SEEN).where(own))
        connection.execute(sa.insert(SEEN).values(journey_id=journey_id, source=source, position=at))


def due(
    scope: Scope, journey: Journey, node: str, *, at: dt.datetime, limit: int, after: int = 0
) -> dict[str, tuple[Any, ...]]:
    """Return who is due at a node, as columns enrolment_id, person_id, entity, time_zone, changed_at; by id, after one."""
    columns = ("enrolment_id", "person_id", "entity", "time_zone", "changed_at")
    wanted = sa.select(*(E.c[name] for name in columns)).where(
        _at_node(journey.journey_id, journey.version, node), E.c.due_at <= at, E.c.enrolment_id > after
    )
    with reading(scope) as connection:
        rows = connection.execute(wanted.order_by(E.c.enrolment_id).limit(limit)).all()
    return dict(zip(columns, zip(*rows, strict=True) if rows else ((),) * len(columns), strict=True))


def put_off(scope: Scope, journey: Journey, node: str, ids: Sequence[int], *, until: dt.datetime) -> None:
    """Let those of some enrolments that are still at a node be due later."""
    with writing(scope) as connection:
        here = _at_node(journey.journey_id, journey.version, node) & among(connection, E.c.enrolment_id, ids)
        connection.execute(sa.update(E).where(here).values(due_at=until))


def next_due(scope: Scope, journey_id: str) -> dt.datetime | None:
    """Return when somebody is due next in a journey, None where nobody waits."""
    wanted = sa.select(sa.func.min(E.c.due_at)).where(E.c.journey_id == journey_id, E.c.state == "active")
    with reading(scope) as connection:
        told: dt.datetime | None = connection.execute(wanted).scalar_one()
    return told


def under_way(
    scope: Scope,
    journey_id: str,
    version: int,
    nodes: Collection[str] = (),
    people: Collection[str] | None = None,
) -> list[Enrolment]:
    """Return who is on their way, at some nodes or all of them; of some people where named."""
    wanted = sa.select(*WHOLE).where(
        E.c.journey_id == journey_id, E.c.version == version, E.c.state == "active"
    )
    wanted = wanted.where(E.c.node.in_(nodes)) if nodes else wanted
    order = wanted.order_by(E.c.enrolment_id)
    with reading(scope) as connection:
        if people is None:
            return [Enrolment(**row._mapping) for row in connection.execute(order)]
        named, found = sorted(people), []
        for start in range(0, len(named), 500):
            part = order.where(E.c.person_id.in_(named[start : start + 500]))
            found += [Enrolment(**row._mapping) for row in connection.execute(part)]
    return found


def move(scope: Scope, journey_id: str, version: int, given: Move, *, at: dt.datetime) -> int:
    """Move on those of some enrolments that are still at the node, with a line each; return how many they were."""
    with writing(scope) as connection:
        if not given.ids:
            return 0
        here = _at_node(journey_id, version, given.node) & among(connection, E.c.enrolment_id, given.ids)
        held = connection.scalars(sa.select(E.c.enrolment_id).where(here).with_for_update()).all()
        if not held:
            return 0
        mine = among(connection, E.c.enrolment_id, held)
        line = sa.select(
            E.c.enrolment_id,
            E.c.n_moves,
            E.c.node,
            sa.literal(given.outcome),
            sa.literal(""),
            sa.literal(at, E.c.changed_at.type),
        ).where(mine)
        names = ["enrolment_id", "no", "node", "outcome", "detail", "at"]
        if given.details:
            known = connection.execute(sa.select(E.c.enrolment_id, E.c.n_moves).where(mine)).all()
            lines = [
                {"enrolment_id": one, "no": n, "node": given.node, "outcome": given.outcome,
                 "detail": given.details.get(one, ""), "at": at}
                for one, n in known
            ]  # fmt: skip
            connection.execute(sa.insert(PASSED), lines)
        else:
            connection.execute(sa.insert(PASSED).from_select(names, line))
        values: dict[str, Any] = {
            "node": given.to, "due_at": given.due_at, "state": given.state, "changed_at": at, "n_moves": E.c.n_moves + 1,
        }  # fmt: skip
        values |= {"reason": given.reason} if given.reason else {}
        values |= {"variant": given.variant} if given.variant else {}
        connection.execute(sa.update(E).where(mine).values(values))
        if given.state == "exited":
            made.take_back(connection, mine, given.reason, at=at)
        return len(held)


def leave_all(scope: Scope, people: Sequence[str], reason: str) -> int:
    """Let people leave every journey that they are on, and return how many entries end."""
    theirs = E.c.person_id.in_(people) & (E.c.state == "active")
    with writing(scope) as connection:
        made.drop_of(connection, people, reason)
        change = sa.update(E).where(theirs).values(state="exited", reason=reason, node="", due_at=None)
        return connection.execute(change).rowcount


def shift(scope: Scope, journey_id: str, by: dt.timedelta) -> int:
    """Put off by a time whatever is due in a journey: a pause makes nobody late."""
    with writing(scope) as connection:
        n = 0
        active = (E.c.journey_id == journey_id) & (E.c.state == "active") & E.c.due_at.is_not(None)
        moments = connection.execute(sa.select(E.c.enrolment_id, E.c.due_at).where(active)).all()
        change = (
            sa.update(E).where(E.c.enrolment_id == sa.bindparam("one")).values(due_at=sa.bindparam("later"))
        )
        for start in range(0, len(moments), 50_000):
            part = moments[start : start + 50_000]
            connection.execute(change, [{"one": one, "later": due_at + by} for one, due_at in part])
            n += len(part)
        return n


def counts(scope: Scope, journey_id: str = "") -> list[tuple[str, int, str, str, str, str, int]]:
    """Return how many stand in each (journey, version, arm, state, node, reason)."""
    columns = (E.c.journey_id, E.c.version, E.c.arm, E.c.state, E.c.node, E.c.reason)
    wanted = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(*columns)
    wanted = wanted.where(E.c.journey_id == journey_id) if journey_id else wanted
    with reading(scope) as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def passed(scope: Scope, journey_id: str, version: int) -> list[tuple[str, str, int]]:
    """Return how many have left each node by each outcome."""
    wanted = (
        sa.select(PASSED.c.node, PASSED.c.outcome, sa.func.count())
        .join(E, E.c.enrolment_id == PASSED.c.enrolment_id)
        .where(E.c.journey_id == journey_id, E.c.version == version)
        .group_by(PASSED.c.node, PASSED.c.outcome)
        .order_by(PASSED.c.node, PASSED.c.outcome)
    )
    with reading(scope) as connection:
        return [(node, outcome, int(n)) for node, outcome, n in connection.execute(wanted)]


def refusals(scope: Scope, journey_id: str) -> dict[str, int]:
    """Return on how many occasions nobody entered, by reason."""
    wanted = sa.select(TURNED_AWAY.c.reason, sa.func.count()).where(TURNED_AWAY.c.journey_id == journey_id)
    with reading(scope) as connection:
        return {reason: int(n) for reason, n in connection.execute(wanted.group_by(TURNED_AWAY.c.reason))}


def trace(scope: Scope, journey_id: str, person_id: str) -> tuple[list[Enrolment], list[Any], list[Any]]:
    """Return a person's entries, their moves (enrolment_id, no, node, outcome, detail, at) and when they did not enter, and why."""
    own = (E.c.journey_id == journey_id) & (E.c.person_id == person_id)
    moves = sa.select(PASSED).join(E, E.c.enrolment_id == PASSED.c.enrolment_id).where(own)
    away = sa.select(TURNED_AWAY).where(
        TURNED_AWAY.c.journey_id == journey_id, TURNED_AWAY.c.person_id == person_id
    )
    with reading(scope) as connection:
        entries = connection.execute(sa.select(*WHOLE).where(own).order_by(E.c.enrolment_id)).all()
        lines = connection.execute(moves.order_by(PASSED.c.enrolment_id, PASSED.c.no)).mappings().all()
        refused = connection.execute(away.order_by(TURNED_AWAY.c.at)).mappings().all()
    return [Enrolment(**row._mapping) for row in entries], list(lines), list(refused)


def former(
    scope: Scope, journey_id: str, people: Collection[str]
) -> dict[tuple[str, str], tuple[str, dt.datetime]]:
    """Return by person and entity the state and the moment of the last entry of each."""
    told: dict[tuple[str, str], tuple[str, dt.datetime]] = {}
    named = sorted(people)
    with reading(scope) as connection:
        for start in range(0, len(named), 500):
            wanted = sa.select(E.c.person_id, E.c.entity, E.c.state, E.c.entered_at).where(
                E.c.journey_id == journey_id, E.c.person_id.in_(named[start : start + 500])
            )
            for person, entity, state, entered_at in connection.execute(wanted.order_by(E.c.enrolment_id)):
                told[person, entity] = (state, entered_at)
    return told


def stream(scope: Scope) -> Iterator[list[dict[str, Any]]]:
    """Yield every enrolment as analyses see it, in batches."""
    names = ("enrolment_id", "journey_id", "version", "person_id", "entity", "arm", "state", "node", "variant", "reason",
             "entered_at", "changed_at")  # fmt: skip
    wanted = sa.select(*(E.c[name] for name in names)).order_by(E.c.enrolment_id)
    with reading(scope) as connection:
        result = connection.execution_options(yield_per=50_000).execute(wanted)
        for part in result.mappings().partitions(50_000):
            yield [dict(row) for row in part]


def changed_since(scope: Scope, step: str) -> int:
    """Return how many enrolments have changed since a step of the loop last ended well."""
    last = last_good(scope, step)
    wanted = sa.select(sa.func.count()).select_from(E)
    if last:
        wanted = wanted.where((E.c.changed_at >= last.started_at) | (E.c.amended_at >= last.started_at))
    with reading(scope) as connection:
        return int(connection.execute(wanted).scalar_one())


def _at_node(journey_id: str, version: int, node: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        E.c.journey_id == journey_id, E.c.version == version, E.c.node == node, E.c.state == "active"
    )
