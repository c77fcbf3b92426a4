"""Some records of a log as rows of tables; each row knows the place of its record, so that a table takes it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from quanyu.collect.collector.drain.event import COLUMNS, as_text, event_row
from quanyu.collect.collector.drain.judge import EPOCH, Judge, RefusedError
from quanyu.collect.collector.drain.member import member_row
from quanyu.collect.collector.log import Entry, entries
from quanyu.collect.collector.message import Message, Posted, Unusable
from quanyu.tables import contract
from quanyu.tables.text.mask import masked
from quanyu.tables.view.reason_words import DAMAGED, UNREAD

Read: TypeAlias = "Callable[[Posted], Iterable[Message | Unusable]]"
"""What turns a request into its messages."""
TABLES = ("members", "links", "rejects", "events")
"""What messages become; the events come last, and with them the place up to which all is brought."""
SHOWN = 2000
NO_EVENT = ("identify", "alias")
Key: TypeAlias = "tuple[Any, ...]"


@dataclass
class Batch:
    """Rows by table and key, each with the place of its record; `since` and `end` are where the records begin and end."""

    log: str
    since: int
    end: int
    n_requests: int = 0
    n_messages: int = 0
    n_damaged: int = 0
    rows: dict[str, dict[Key, tuple[int, Any]]] = field(default_factory=lambda: {name: {} for name in TABLES})
    told: list[tuple[int, Key, dict[str, Any]]] = field(default_factory=list)
    erased: list[Entry] = field(default_factory=list)

    def table(self, name: str, since: int) -> pa.Table | None:
        """Return the rows of records from a place on, None if there are none."""
        if name == "members":
            return _members(self.told, since)
        rows = [row for at, row in self.rows[name].values() if at >= since]
        if not rows:
            return None
        schema = contract(name).schema.to_pyarrow()
        names = COLUMNS if name == "events" else schema.names
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        return pa.table(
            [_array(columns.get(f.name), f.type, len(rows)) for f in schema], schema=pa.schema(schema)
        )


def _array(values: Iterable[Any] | None, kind: pa.DataType, n: int) -> pa.Array:
    return pa.nulls(n, kind) if values is None else pa.array(values, kind)


def _members(told: list[tuple[int, Key, dict[str, Any]]], since: int) -> pa.Table | None:
    """Return one row per person and source: of each column what was said last, in the order of the log."""
    folded: dict[Key, dict[str, Any]] = {}
    for at, key, row in told:
        if at >= since:
            folded[key] = folded.get(key, {}) | row
    schema = pa.schema(contract("members").schema.to_pyarrow())
    rows = [{"source": key[0], "id_key": key[1], **row} for key, row in folded.items()]
    return pa.Table.from_pylist(rows, schema=schema) if rows else None


@dataclass(frozen=True)
class Reader:
    """Turns records into rows: with the format's `read`, by the judge, in the country of the shop."""

    read: Read
    judge: Judge
    country: str
    now: dt.datetime

    def batch(self, folder: Path, log: str, since: int, most_bytes: int) -> Batch:
        """Return the rows of the next records of a log, until they are so many bytes."""
        batch = Batch(log, since, since)
        for entry in entries(folder, log, since):
            batch.end = entry.next
            if entry.is_damaged:
                batch.n_damaged += 1
                self._refuse(batch, entry, 0, "collector", (DAMAGED, ""))
            elif entry.posted:
                batch.n_requests += 1
                self._posted(batch, entry, entry.posted)
            if batch.end - since >= most_bytes:
                break
        return batch

    def _posted(self, batch: Batch, entry: Entry, posted: Posted) -> None:
        has_erased = False
        for number, message in enumerate(self._messages(posted)):
            batch.n_messages += 1
            if isinstance(message, Unusable):
                self._refuse(batch, entry, number, posted.source, (message.reason, masked(message.content)))
                continue
            try:
                self._message(batch, entry.at, posted, message)
            except RefusedError as error:
                has_erased |= error.is_erased
                content = "" if error.is_erased else as_text(message.properties or message.traits)
                self._refuse(batch, entry, number, posted.source, (error.reason, content))
            except Exception as error:  # whatever is wrong with it, those behind it must not wait for ever
                why = UNREAD.format(value=type(error).__name__)
                self._refuse(batch, entry, number, posted.source, (why, ""))
        if has_erased:
            batch.erased.append(entry)

    def _messages(self, posted: Posted) -> Iterable[Message | Unusable]:
        """Return the messages of a request; one that no format can read must not hold up those behind it."""
        try:
            return list(self.read(posted))
        except Exception as error:
            return [
                Unusable(
                    UNREAD.format(value=type(error).__name__), posted.body[:SHOWN].decode("utf-8", "replace")
                )
            ]

    def _message(self, batch: Batch, at: int, posted: Posted, message: Message) -> None:
        keys = self.judge.keys((*message.ids.items(), *message.also.items()))
        moment, best = self.judge.at(message.occurred_at), keys[0] if keys else None
        _check_letters(message.message_id, message.name, message.session_id, *keys)
        is_sure = message.kind in NO_EVENT
        for other in keys[1:]:
            _link(batch.rows["links"], at, (posted.source, best, other), is_sure=is_sure, moment=moment)
        if best and message.kind == "identify" and (said := member_row(message.traits, self.country)):
            _check_letters(*(cell for cell in said.values() if isinstance(cell, str)))
            seen = EPOCH + dt.timedelta(microseconds=moment)
            batch.told.append((at, (posted.source, best), {**said, "seen_at": seen}))
        if message.kind not in NO_EVENT:
            row = event_row(message, posted.source, best, posted.received_at)
            _check_letters(*(cell for cell in row if isinstance(cell, str)))
            batch.rows["events"].setdefault((posted.source, message.message_id), (at, row))

    def _refuse(self, batch: Batch, entry: Entry, number: int, source: str, why: tuple[str, str]) -> None:
        """Keep what was refused; what counts as its line is the byte of its record and its place in it."""
        line = entry.offset + number + 1
        file, size = entry.segment.path.name, entry.next - entry.at
        content = why[1][:SHOWN]
        row = (source, file, "", line, why[0], content, entry.offset, size, self.now)
        batch.rows["rejects"][source, file, line, why[0]] = (entry.at, row)


def _check_letters(*texts: str) -> None:
    """Raise `UnicodeEncodeError` for halves of letters, which no file takes."""
    "".join(texts).encode()


def _link(rows: dict[Key, tuple[int, Any]], at: int, key: Key, *, is_sure: bool, moment: int) -> None:
    source, best, other = key
    first, last = moment, moment
    if key in rows:
        row = rows[key][1]
        is_sure, first, last = is_sure or row[3], min(first, row[4]), max(last, row[5])
    rows[key] = (at, (best, other, source, is_sure, first, last))


def batches(reader: Reader, folder: Path, log: str, since: int, most_bytes: int) -> Iterator[Batch]:
    """Yield what was posted to a log from a place on, some of it at a time.

    What is posted meanwhile waits for the next drain: else a site that is never still would be a commit without end.
    """
    is_more = True
    while is_more:
        batch = reader.batch(folder, log, since, most_bytes)
        is_more = batch.end - since >= most_bytes
        if batch.end > since:
            yield batch
        since = batch.end
