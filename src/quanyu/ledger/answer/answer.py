"""What was answered to a request that has a key of its own: begun once, kept sealed for a day.

Who asked alone can open what is kept: the seal is made of their secret, which stands in no record.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

ANSWERS = sa.Table(
    "answers",
    schema.METADATA,
    schema.text("answer_id", primary_key=True),
    schema.text("asked"),
    schema.time("begun_at"),
    schema.time("answered_at", is_required=False),
    schema.whole("status"),
    schema.text("sealed"),
    sa.Index(None, "begun_at"),
)
KEPT = dt.timedelta(days=1)
"""How long an answer can be had again."""


@dataclass(frozen=True)
class KeptAnswer:
    """What was `asked`, as a print; without `answered_at` nobody knows yet what came of it."""

    answer_id: str
    asked: str
    begun_at: dt.datetime
    answered_at: dt.datetime | None
    status: int
    sealed: str


def begin_answer(scope: Scope, answer_id: str, asked: str, *, at: dt.datetime) -> KeptAnswer | None:
    """Say that an answer is being made and return None; or return the one that was begun before.

    Of two that begin at once, one is told of the other.
    """
    row = {
        "answer_id": answer_id,
        "asked": asked,
        "begun_at": at,
        "answered_at": None,
        "status": 0,
        "sealed": "",
    }
    with writing(scope) as connection:
        connection.execute(sa.delete(ANSWERS).where(ANSWERS.c.begun_at < at - KEPT))
        if insert_once(connection, ANSWERS, [row]):
            return None
    with reading(scope) as connection:
        found = connection.execute(sa.select(ANSWERS).where(ANSWERS.c.answer_id == answer_id)).one()
    return KeptAnswer(**found._mapping)


def keep_answer(scope: Scope, answer_id: str, status: int, sealed: str, *, at: dt.datetime) -> None:
    """Keep an answer that was begun."""
    values = {"status": status, "sealed": sealed, "answered_at": at}
    with writing(scope) as connection:
        connection.execute(sa.update(ANSWERS).where(ANSWERS.c.answer_id == answer_id).values(values))


def forget_answer(scope: Scope, answer_id: str) -> None:
    """Let an answer be made anew: nothing was done."""
    with writing(scope) as connection:
        connection.execute(sa.delete(ANSWERS).where(ANSWERS.c.answer_id == answer_id))
