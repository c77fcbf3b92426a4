"""Read the records of a service page by page, from a position on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from quanyu.collect.pull.batch import Batch
from quanyu.collect.pull.cell import as_position, earlier, from_position
from quanyu.collect.pull.declare import HttpSource
from quanyu.collect.pull.http.client import Client, RequestRefusedError
from quanyu.collect.pull.http.paging import first_page, next_page, with_own, without_own
from quanyu.collect.pull.http.record import at, records_of, rows_of


@dataclass(frozen=True)
class Service:
    """A source that is open."""

    source: HttpSource
    client: Client

    def n_unplaced(self) -> int:
        """Return how many rows are never read: none, because the service says what comes."""
        return 0

    def batches(
        self, position: Mapping[str, Any] | None, known: Mapping[str, str]
    ) -> Generator[Batch, None, None]:
        """Yield the rows from a position on, in batches of whole pages; the last one may be empty.

        A position says up to which value of the cursor all was read, the latest one seen since, and the next page.
        """
        since, newest = (None, None) if position is None else (position["since"], position["newest"])
        if position is not None and position["next"] is None:
            since = newest
        columns, records = dict.fromkeys(known), dict[Any, Mapping[str, Any]]()
        for found, url in self._pages(position, since):
            for record in found:
                newest = later(newest, at(record, self.source.cursor) if self.source.cursor else None)
                # What changed while pages were read may stand on two of them: the later one counts.
                records[self._key(record, len(records))] = record
            if url is None or len(records) >= self.source.batch:
                rows = [row for record in records.values() for row in rows_of(record, self.source.explode)]
                for row in rows:
                    columns |= dict.fromkeys(row)
                cells = [tuple(row.get(name) for name in columns) for row in rows]
                yield Batch(tuple(columns), cells, self._stand(since, newest, url), is_last=url is None)
                records = {}

    def _key(self, record: Mapping[str, Any], number: int) -> Any:
        """Return what a record is told apart by; one without a key is like no other."""
        key = tuple(str(at(record, name)) for name in self.source.key if at(record, name) is not None)
        return key if key and len(key) == len(self.source.key) else number

    def _stand(self, since: Any, newest: Any, url: httpx.URL | None) -> dict[str, Any]:
        """Return a position: where an address holds a secret it is not kept, and reading begins anew after a break."""
        if url is None:
            return {"since": since, "newest": newest, "next": None}
        said, own = without_own(url, self.source.address)
        is_open = said != self.source.told(said)
        return {"since": since, "newest": newest, "next": "" if is_open else said, "own": own}

    def _pages(
        self, position: Mapping[str, Any] | None, since: Any
    ) -> Iterator[tuple[Sequence[Mapping[str, Any]], httpx.URL | None]]:
        """Yield the records of pages and the address of the page behind each; what was broken off goes on, if it still can."""
        asked: Any = self.source.start or None
        if since is not None:
            asked = earlier(from_position(since), self.source.overlap)
        begin = first_page(self.source, asked)
        url: httpx.URL | None = begin
        if position and position["next"]:
            url = with_own(position["next"], position["own"], self.source.address)
        may_begin, seen, before = url != begin, set[str](), list[Mapping[str, Any]]()
        while url is not None:
            try:
                page = self.client.page(url)
            except RequestRefusedError:
                if not may_begin:
                    raise
                url, may_begin = begin, False
                continue
            may_begin = False
            records = records_of(page.body, self.source.records, self.source.name)
            seen.add(str(url))
            following = next_page(self.source, url, page, len(records))
            # Services that have no further page may give the last one again and again.
            is_again = bool(records) and records == before
            url = None if is_again or (following and str(following) in seen) else following
            yield [] if is_again else records, url
            before = records


def later(one: Any, other: Any) -> Any:
    """Return the later of two values of a cursor: times by when they are, numbers by what they are, words by letters.

    >>> later("2026-11-11T08:00:00+08:00", "2026-11-11T00:30:00Z"), later(9, 10), later(None, "a")
    ('2026-11-11T00:30:00Z', 10, 'a')
    """
    if one is None or other is None:
        return as_position(other) if one is None and other is not None else one
    return max((one, as_position(other)), key=_rank)


def _rank(said: Any) -> tuple[int, Any]:
    value = from_position(said)
    if isinstance(value, int | float | Decimal):
        return 2, value
    try:
        moment = dt.datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return 0, str(value)
    return 1, moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


@contextmanager
def open_service(source: HttpSource, *, is_private: bool) -> Iterator[Service]:
    """Open a source for as long as the block lasts; `is_private` lets it be inside one's own network."""
    with httpx.Client(timeout=source.timeout, follow_redirects=False, trust_env=False) as http:
        yield Service(source, Client(source, http, is_private))
