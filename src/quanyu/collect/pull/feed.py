"""A feed: whatever a source is, it gives batches from a position on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from quanyu.collect.pull import database, http
from quanyu.collect.pull.batch import Batch
from quanyu.collect.pull.cell import as_position, from_position, not_ahead
from quanyu.collect.pull.declare import DatabaseSource, HttpSource, Source
from quanyu.collect.settings import PullSettings
from quanyu.workspace import Workspace


class Feed(Protocol):
    """A source that is open."""

    def batches(
        self, position: Mapping[str, Any] | None, known: Mapping[str, str], /
    ) -> Generator[Batch, None, None]:
        """Yield what comes from a position on, in batches of which the last may be empty; `known` columns were seen before."""

    def n_unplaced(self) -> int:
        """Return how many rows have no place in the order and are never read."""


def opened(ws: Workspace, source: Source) -> AbstractContextManager[Feed]:
    """Open a source for as long as the block lasts."""
    if isinstance(source, HttpSource):
        return http.open_service(source, is_private=ws.settings.of(PullSettings).allow_private)
    return database.open_reading(_database(source))


def place_of(source: Source) -> str:
    """Return where a source is, as it may be told: without user, password and parameters."""
    if isinstance(source, HttpSource):
        url = source.address
        return f"{url.scheme}://{url.netloc.decode('ascii')}{source.told(url.path)}"
    return database.place_of(_database(source))


def question_of(source: Source) -> list[object]:
    """Return what is asked there, without what is secret."""
    if isinstance(source, HttpSource):
        asked = source.told(source.address.query.decode("ascii"))
        return [asked, source.records, source.explode, source.key, source.since, source.next.model_dump()]
    one = _database(source)
    return [one.table, one.query, one.key]


def _database(source: Source) -> DatabaseSource:
    assert isinstance(source, DatabaseSource)
    return source


def passed(position: Mapping[str, Any] | None, now: dt.datetime) -> Mapping[str, Any] | None:
    """Return a position that does not lie in the future: one row with a wrong time would hide whatever changes until then."""
    if position and position.get("is_whole"):
        return {**position, "at": [_passed(position["at"][0], now)]}
    if position and position.get("newest") is not None and position["next"] is None:
        return {**position, "newest": _passed(position["newest"], now)}
    return position


def _passed(said: Any, now: dt.datetime) -> Any:
    return as_position(not_ahead(from_position(said), now))
