"""What came back from messages, as it came: one line per reaction, judged later, never dropped.

A provider that tells the same twice adds nothing. Lines wait here until the warehouse has them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

RESPONSES = sa.Table(
    "responses",
    schema.METADATA,
    schema.serial("serial"),
    schema.text("send_id"),
    schema.text("person_id"),
    schema.text("id_key"),
    schema.text("campaign_id"),
    schema.text("channel"),
    schema.text("kind"),
    schema.time("at"),
    schema.text("link"),
    schema.text("detail"),
    schema.text("agent"),
    sa.Column("after_seconds", sa.Float),
    sa.Column("is_mirrored", sa.Boolean, nullable=False),
    sa.UniqueConstraint("send_id", "id_key", "kind", "at"),
    sa.Index(None, "person_id"),
    sa.Index(None, "campaign_id", "kind"),
    sa.Index("ix_responses_new", "serial", sqlite_where=sa.text("NOT is_mirrored"),
             postgresql_where=sa.text("NOT is_mirrored")),
    sqlite_autoincrement=True,
)  # fmt: skip
CHUNK, ROOM = 50_000, 500
INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class ResponseEntry:
    """One reaction: to which send, of whom, what (`kind`), when, and by which class of program (`agent`).

    `id_key` is the contact that it came from where that is known; a reply by SMS knows nothing else. `link` is where a click
    led, `detail` what was said, `after_seconds` how long after the message had left, where that is known.
    """

    kind: str
    at: dt.datetime
    channel: str
    send_id: str = ""
    person_id: str = ""
    id_key: str = ""
    campaign_id: str = ""
    link: str = ""
    detail: str = ""
    agent: str = ""
    after_seconds: float | None = None


def add_responses(scope: Scope, entries: Sequence[ResponseEntry]) -> list[ResponseEntry]:
    """Record reactions and return those that were new.

    Clicks on several links at one moment are recorded an instant apart; the same reaction told again is the same line.
    """
    with writing(scope) as connection:
        return [entry for entry in entries if _is_new(connection, entry)]


def list_responses(
    scope: Scope, *, send_id: str = "", person_id: str = "", limit: int = 1000
) -> list[ResponseEntry]:
    """Return reactions, newest first; to a send or of a person where named."""
    wanted = sa.select(*_columns()).order_by(RESPONSES.c.serial.desc()).limit(limit)
    wanted = wanted.where(RESPONSES.c.send_id == send_id) if send_id else wanted
    wanted = wanted.where(RESPONSES.c.person_id == person_id) if person_id else wanted
    with reading(scope) as connection:
        return [ResponseEntry(**row._mapping) for row in connection.execute(wanted)]


def count_unmirrored(scope: Scope) -> int:
    """Return how many reactions the warehouse does not have yet."""
    with reading(scope) as connection:
        return int(
            connection.execute(sa.select(sa.func.count()).where(~RESPONSES.c.is_mirrored)).scalar_one()
        )


def touched_responses(scope: Scope) -> Iterator[tuple[dict[int, ResponseEntry], list[ResponseEntry]]]:
    """Yield in batches those that are new, by number, and all reactions to the sends that have a new one.

    What a reaction is depends on those beside it, so the earlier ones are judged again.
    """
    new = sa.select(RESPONSES.c.send_id).where(~RESPONSES.c.is_mirrored)
    touched = ~RESPONSES.c.is_mirrored | ((RESPONSES.c.send_id != "") & RESPONSES.c.send_id.in_(new))
    wanted = sa.select(RESPONSES.c.serial, RESPONSES.c.is_mirrored, *_columns()).where(touched)
    with reading(scope) as connection:
        streamed = wanted.order_by(RESPONSES.c.serial).execution_options(yield_per=CHUNK)
        result = connection.execute(streamed)
        for part in result.partitions(CHUNK):
            entries = [ResponseEntry(*row[2:]) for row in part]
            pairs = zip(part, entries, strict=True)
            yield {row.serial: entry for row, entry in pairs if not row.is_mirrored}, entries


def mark_mirrored(scope: Scope, serials: Sequence[int]) -> None:
    """Remember that the warehouse has reactions."""
    with writing(scope) as connection:
        for start in range(0, len(serials), ROOM):
            these = RESPONSES.c.serial.in_(serials[start : start + ROOM])
            connection.execute(sa.update(RESPONSES).where(these).values(is_mirrored=True))


def _columns() -> list[sa.Column[object]]:
    return [RESPONSES.c[name] for name in ResponseEntry.__dataclass_fields__]


def _is_new(connection: Connection, entry: ResponseEntry) -> bool:
    row = {**vars(entry), "is_mirrored": False}
    while not insert_once(connection, RESPONSES, [row]):
        same = [RESPONSES.c[name] == row[name] for name in ("send_id", "id_key", "kind", "at")]
        link = connection.execute(sa.select(RESPONSES.c.link).where(*same)).scalar_one()
        if link == entry.link:
            return False
        row["at"] += INSTANT
    return True
