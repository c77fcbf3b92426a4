"""Columns of records, of types that make SQLite and PostgreSQL give back the same values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from json import dumps as json_text
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Dialect

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
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)


def serial(name: str) -> sa.Column[int]:
    """Return a number that the database counts up."""
    return sa.Column(name, IDENTITY, primary_key=True, autoincrement=True)


def text(name: str, **options: Any) -> sa.Column[str]:
    """Return a column of text that is always there."""
    return sa.Column(name, Words, nullable=False, **options)


def whole(name: str) -> sa.Column[int]:
    """Return a column of whole numbers."""
    return sa.Column(name, sa.BigInteger, nullable=False)


def time(name: str, *, is_required: bool = True) -> sa.Column[dt.datetime]:
    """Return a column of moments."""
    return sa.Column(name, Moment, nullable=not is_required)


def json(name: str, *, is_required: bool = True) -> sa.Column[Any]:
    """Return a column of JSON."""
    return sa.Column(name, JSON, nullable=not is_required)


def among(
    connection: Connection, column: sa.ColumnElement[Any], values: Sequence[int | str]
) -> sa.ColumnElement[bool]:
    """Return whether a column is one of many numbers or texts, as one value however many they are."""
    if connection.dialect.name == "sqlite":
        listed = sa.func.json_each(json_text(list(values))).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.func.any(sa.cast(list(values), postgresql.ARRAY(column.type)))
