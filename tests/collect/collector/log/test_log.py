"""The log: what is acknowledged is there after any kill, what is damaged is told, and a full disk loses nothing."""

from __future__ import annotations

import asyncio
import errno
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.collect.collector.log import Log, entries, newest, open_log, segments
from quanyu.collect.collector.log import log as written
from quanyu.collect.collector.log.record import HEAD, pieces
from quanyu.collect.collector.message import Posted
from quanyu.collect.settings import LogSettings
from quanyu.errors import CollectorFullError

PLENTY = LogSettings(room_mb=0)


def posted(n: int, body: bytes = b"") -> Posted:
    return Posted("shop", "browser", n, body or f'{{"n":{n}}}'.encode())


def put(log: Log, *records: Posted) -> list[BaseException | None]:
    async def all_at_once() -> list[BaseException | None]:
        return await asyncio.gather(*(log.keep(record) for record in records), return_exceptions=True)

    return asyncio.run(all_at_once())


def kept(folder: Path, since: int = 0) -> list[Posted]:
    return [entry.posted for entry in entries(folder, "a", since) if entry.posted]


@pytest.fixture
def log(tmp_path: Path):
    opened = Log(tmp_path, "a", PLENTY)
    yield opened
    opened.close()


def test_many_that_wait_share_a_commit_and_keep_their_order(log, tmp_path):
    records = [posted(n) for n in range(500)]
    assert put(log, *records) == [None] * 500
    assert kept(tmp_path) == records
    assert log.counts.n_records == 500
    assert log.counts.n_commits < 100


def test_reading_goes_on_from_any_place(log, tmp_path):
    put(log, *[posted(n) for n in range(20)])
    listed = list(entries(tmp_path, "a"))
    for n, entry in enumerate(listed):
        assert kept(tmp_path, entry.next) == [posted(m) for m in range(n + 1, 20)]
    assert listed[-1].next == log.end
    assert newest(tmp_path, 3) == [posted(19), posted(18), posted(17)]


@given(bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_whatever_is_posted_comes_back(bodies, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    opened = Log(folder, "a", PLENTY)
    records = [Posted("s", "w", n, body) for n, body in enumerate(bodies)]
    put(opened, *records)
    opened.close()
    assert kept(folder) == records


def test_a_log_that_is_cut_anywhere_has_its_first_records_and_takes_more(tmp_path):
    opened = Log(tmp_path, "a", PLENTY)
    records = [posted(n) for n in range(4)]
    put(opened, *records)
    opened.close()
    (segment,) = segments(tmp_path, "a")
    whole = segment.path.read_bytes()
    ends = [piece.end for piece in pieces(segment.path)]
    for size in range(len(whole) + 1):
        for each in segments(tmp_path, "a"):
            each.path.unlink()
        segment.path.write_bytes(whole[:size])
        again = Log(tmp_path, "a", PLENTY)
        put(again, posted(9))
        again.close()
        n_whole = sum(end <= size for end in ends)
        assert kept(tmp_path) == [*records[:n_whole], posted(9)], size

        if size > HEAD:
            assert again.n_cut == size - max(end for end in (HEAD, *ends) if end <= size)


def test_one_damaged_byte_is_told_and_costs_one_record(tmp_path):
    opened = Log(tmp_path, "a", PLENTY)
    records = [posted(n) for n in range(4)]
    put(opened, *records)
    opened.close()
    (segment,) = segments(tmp_path, "a")
    whole = segment.path.read_bytes()
    places = [(piece.at, piece.end) for piece in pieces(segment.path)]
    for at in range(places[0][0], places[-2][1]):
        damaged = bytearray(whole)
        damaged[at] ^= 0x5A
        segment.path.write_bytes(damaged)
        listed = list(entries(tmp_path, "a"))
        hit = next(n for n, (begin, end) in enumerate(places) if begin <= at < end)
        assert [entry.posted for entry in listed if entry.posted] == records[:hit] + records[hit + 1 :]
        assert [entry.offset for entry in listed if entry.is_damaged] == [places[hit][0]]


def test_one_of_the_two_heads_of_a_file_may_be_damaged(tmp_path, log):
    put(log, posted(1))
    (segment,) = segments(tmp_path, "a")
    whole = segment.path.read_bytes()
    segment.path.write_bytes(b"x" * 18 + whole[18:])
    assert kept(tmp_path) == [posted(1)]
    segment.path.write_bytes(b"x" * 36 + whole[36:])
    assert [entry.is_damaged for entry in entries(tmp_path, "a")] == [True]


def test_what_clients_post_is_never_read_as_a_record(tmp_path):
    """A body that holds the bytes of a record is a body, also where the record around it is damaged."""
    first, second = Log(tmp_path / "x", "a", PLENTY), None
    (tmp_path / "x").mkdir()
    put(first, posted(666, b"forged"))
    first.close()
    forged = segments(tmp_path / "x", "a")[0].path.read_bytes()
    second = Log(tmp_path, "a", PLENTY)
    put(second, posted(1, forged), posted(2))
    second.close()
    (segment,) = segments(tmp_path, "a")
    damaged = bytearray(segment.path.read_bytes())
    damaged[HEAD + 14] ^= 1
    segment.path.write_bytes(damaged)
    assert kept(tmp_path) == [posted(2)]


def test_files_rotate_by_size_and_time(tmp_path):
    opened = Log(tmp_path, "a", LogSettings(room_mb=0, segment_mb=1))
    for n in range(5):
        put(opened, posted(n, bytes(400_000)))
    opened.close()
    assert len(segments(tmp_path, "a")) == 3
    assert len(kept(tmp_path)) == 5
    opened = Log(tmp_path, "b", LogSettings(room_mb=0, segment_seconds=1e-9))
    for n in range(3):
        put(opened, posted(n))
    opened.close()
    assert len(segments(tmp_path, "b")) == 3


def test_two_that_are_open_never_write_to_one_log(embedded):
    first, second = open_log(embedded), open_log(embedded)
    assert first.name != second.name
    put(first, posted(1))
    first.close()
    third = open_log(embedded)
    assert third.name == first.name
    second.close()
    third.close()


def test_too_much_that_waits_is_refused_at_once(tmp_path):
    opened = Log(tmp_path, "a", LogSettings(room_mb=0, backlog_mb=1))
    answers = put(opened, *[posted(n, bytes(300_000)) for n in range(8)])
    refused = [answer for answer in answers if isinstance(answer, CollectorFullError)]
    assert len(refused) == 5
    assert all(error.after_seconds > 0 for error in refused)
    assert len(kept(tmp_path)) == 3
    assert put(opened, posted(9)) == [None]
    opened.close()


@pytest.mark.parametrize("failing", ["write", "fdatasync"])
def test_a_full_disk_loses_nothing_and_is_got_over(tmp_path, monkeypatch, failing):
    opened = Log(tmp_path, "a", PLENTY)
    put(opened, posted(1), posted(2))
    real, is_full = getattr(os, failing), [True]

    def full(descriptor: int, *data: bytes) -> int:
        if is_full[0]:
            if data:
                os.pwrite(descriptor, bytes(data[0])[:7], 0)  # appended: half a record
            raise OSError(errno.ENOSPC, "full")
        return real(descriptor, *data)

    monkeypatch.setattr(written.os, failing, full)
    seen = list(entries(tmp_path, "a"))
    (answer,) = put(opened, posted(3))
    assert isinstance(answer, CollectorFullError)
    assert answer.after_seconds > 0
    assert isinstance(put(opened, posted(4))[0], CollectorFullError)
    assert kept(tmp_path) == [posted(1), posted(2)]
    is_full[0] = False
    assert put(opened, posted(5)) == [None]
    opened.close()
    assert kept(tmp_path) == [posted(1), posted(2), posted(5)]
    assert kept(tmp_path, seen[-1].next) == [posted(5)]


def test_room_stays_free_for_the_tables(tmp_path):
    opened = Log(tmp_path, "a", LogSettings(room_mb=1 << 40))
    assert isinstance(put(opened, posted(1))[0], CollectorFullError)
    opened.close()


def test_a_blanked_record_is_gone_and_its_neighbours_stay(tmp_path, log):
    put(log, posted(1), posted(2, b"li@example.com"), posted(3))
    list(entries(tmp_path, "a"))[1].blank()
    put(log, posted(4))
    (segment,) = segments(tmp_path, "a")
    assert b"li@" not in segment.path.read_bytes()
    assert kept(tmp_path) == [posted(1), posted(3), posted(4)]
    assert not any(entry.is_damaged for entry in entries(tmp_path, "a"))


WRITER = """
import asyncio
from pathlib import Path
from quanyu.collect.collector.log import Log
from quanyu.collect.collector.message import Posted
from quanyu.collect.settings import LogSettings

async def client(log, own):
    n = 0
    while True:
        word = f"{sys.argv[2]}-{own}-{n}"
        await log.keep(Posted("s", "w", n, word.encode()))
        os.write(1, (word + chr(10)).encode())
        n += 1

async def main():
    log = Log(Path(sys.argv[1]), "a", LogSettings(room_mb=0, segment_mb=1))
    await asyncio.gather(*(client(log, own) for own in range(8)))

asyncio.run(main())
"""


def test_fifty_kills_under_load_lose_nothing_that_was_acknowledged(tmp_path, start_apart):
    draw = random.Random(7)
    acknowledged: list[str] = []
    for kill in range(50):
        apart = start_apart(WRITER, str(tmp_path), str(kill))
        acknowledged += [apart.out.readline().strip() for _ in range(draw.randrange(1, 400))]
        apart.process.kill()
        acknowledged += apart.out.read().split("\n")[:-1]
        apart.end()
    counts = Counter(record.body.decode() for record in kept(tmp_path))
    assert [word for word in acknowledged if counts[word] != 1] == []
    assert max(counts.values()) == 1
