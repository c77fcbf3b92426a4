"""The tables of the ledger, and the types that make SQLite and PostgreSQL give back the same values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from quanyu.errors import WorkspaceError

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(sa.TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC; a naive one raises `WorkspaceError`, because nobody knows when it was."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware time into UTC, without its zone where the engine has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise WorkspaceError("the time {time} has no time zone; give an aware time", time=value)
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give back an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Words(sa.TypeDecorator[str]):
    """Text from outside; what no UTF-8 column can hold (broken file names, NUL) is kept as an escape."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape lone surrogates and NUL."""
        if value is None:
            return None
        return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, IDENTITY, primary_key=True, autoincrement=True)


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, Words, nullable=False, **options)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _at(name: str, *, is_required: bool = True) -> sa.Column[dt.datetime]:
    return sa.Column(name, Moment, nullable=not is_required)


def _json(name: str, *, is_required: bool = True) -> sa.Column[Any]:
    return sa.Column(name, JSON, nullable=not is_required)


LOADS = sa.Table(
    "loads",
    METADATA,
    _id("load_id"),
    _text("file_name"),
    _text("file_hash"),
    _text("layout"),
    _text("status"),
    _at("started_at"),
    _at("finished_at", is_required=False),
    _whole("n_rows"),
    _whole("n_taken"),
    _whole("n_refused"),
    _json("changes"),
    _text("error"),
    _json("reading", is_required=False),
    _at("due_at", is_required=False),
    sa.CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
    sa.Index(None, "file_hash", "layout"),
)

RUNS = sa.Table(
    "runs",
    METADATA,
    _id("run_id"),
    _text("turn"),
    _text("step"),
    _text("fingerprint"),
    _text("status"),
    _at("started_at"),
    _at("finished_at", is_required=False),
    _json("inputs"),
    _json("outputs"),
    _json("summary"),
    _text("error"),
    sa.CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
    sa.Index(None, "step", "status"),
    sa.Index(None, "turn"),
)

FITS = sa.Table(
    "fits",
    METADATA,
    _text("fit_id", primary_key=True),
    _text("method"),
    _json("spec"),
    _json("window"),
    _json("parameters"),
    _json("inputs"),
    _json("diagnostics"),
    _whole("n_scans"),
    _whole("seed"),
    _at("fitted_at"),
    sa.Index(None, "method", "fitted_at"),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    _id("audit_id"),
    _at("changed_at"),
    _text("who"),
    _text("record"),
    _text("key"),
    _json("before", is_required=False),
    _json("after", is_required=False),
    sa.Index(None, "record", "key"),
)

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    _id("letter_id"),
    _text("topic"),
    _text("key"),
    _json("payload"),
    _text("status"),
    _at("posted_at"),
    _at("due_at"),
    _whole("n_attempts"),
    sa.Column("claimed_by", Words),
    _at("claimed_until", is_required=False),
    _at("delivered_at", is_required=False),
    _text("error"),
    sa.CheckConstraint("status IN ('waiting', 'claimed', 'delivered', 'dead')", name="status"),
    sa.UniqueConstraint("topic", "key"),
    sa.Index(None, "topic", "status", "due_at"),
)

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    _text("decision_id", primary_key=True),
    _text("kind"),
    _text("status"),
    sa.Column("as_of", sa.Date, nullable=False),
    _at("proposed_at"),
    _json("proposal"),
    _json("expected"),
    _at("decided_at", is_required=False),
    _text("decided_by"),
    _text("note"),
    _at("done_at", is_required=False),
    _json("carried"),
    _at("measured_at", is_required=False),
    _json("measured"),
    sa.CheckConstraint(
        "status IN ('proposed', 'superseded', 'declined', 'approved', 'done', 'measured')", name="status"
    ),
    sa.Index(None, "kind", "status"),
)

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    _text("campaign_id", primary_key=True),
    _text("decision_id"),
    _text("name"),
    _text("kind"),
    _text("channel"),
    _text("status"),
    _json("design"),
    _at("frozen_at"),
    _at("exported_at", is_required=False),
    sa.CheckConstraint("status IN ('frozen', 'exported')", name="status"),
    sa.UniqueConstraint("decision_id"),
)

SENDS = sa.Table(
    "sends",
    METADATA,
    _text("campaign_id", primary_key=True),
    _text("step", primary_key=True),
    _text("person_id", primary_key=True),
    _text("arm"),
    _text("channel"),
    _text("status"),
    _text("reason"),
    _text("why"),
    _at("changed_at"),
    sa.CheckConstraint(
        "status IN ('pending', 'delivered', 'failed', 'suppressed', 'held_out')", name="status"
    ),
    sa.Index(None, "campaign_id", "step", "status"),
)

OWNER = sa.Table(
    "owner",
    METADATA,
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    _text("workspace_id"),
    _text("key_print"),
    _at("owned_at"),
)

MARKS = sa.Table(
    "marks",
    METADATA,
    _text("table_name", primary_key=True),
    _whole("version"),
    _whole("n_rows"),
    _text("digest"),
    _at("marked_at"),
)
