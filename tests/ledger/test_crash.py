"""Processes that write at once, and processes that are killed while they write."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from quanyu.ledger import count_messages, list_edits, open_ledger

WRITER = """
import datetime as dt, sys
from quanyu.ledger import Edit, Message, audited, open_ledger, post

name, url, first, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
at = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
ledger = open_ledger(url)
print("ready", flush=True)
for number in range(first, last):
    with ledger.begin() as connection:
        if post(connection, [Message("sms", f"k{number}", {"n": number})], at=at):
            audited(connection, Edit(at, name, "sends", f"k{number}", None, {"n": number}))
    print(number, flush=True)
"""


def start(url, name, first, last):
    command = [sys.executable, "-c", WRITER, name, url, str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def assert_consistent(ledger):
    """Every message has its line in the audit log, and no line is without its message."""
    logged = [edit.key for edit in list_edits(ledger, limit=10**6)]
    assert len(logged) == len(set(logged)) == sum(count_messages(ledger).values())
    if ledger.engine.dialect.name == "sqlite":
        with ledger.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    return logged


def test_two_processes_writing_the_same_keys_at_once_make_each_once(ledger, url):
    raw = ledger.engine.url.render_as_string(hide_password=False)
    writers = [start(raw, "one", 0, 60), start(raw, "two", 0, 60)]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert sorted(assert_consistent(ledger)) == sorted(f"k{number}" for number in range(60))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_writer_killed_at_any_moment_leaves_all_it_acknowledged(ledger, seed):
    chance = random.Random(seed)
    url = ledger.engine.url.render_as_string(hide_password=False)
    first = 0
    for _ in range(3):
        writer = start(url, "one", first, 10**6)
        assert writer.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.15))
        writer.kill()
        said = [int(line) for line in writer.communicate(timeout=60)[0].splitlines() if line.strip()]
        if ledger.engine.dialect.name == "postgresql":
            wait_for_server_to_notice(ledger)
        kept = assert_consistent(ledger)
        assert {f"k{number}" for number in said} <= set(kept)
        first = len(kept)
    reopened = open_ledger(url)
    assert len(assert_consistent(reopened)) == first
    reopened.close()


def wait_for_server_to_notice(ledger):
    """A killed client's last transaction ends a moment later on the server."""
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state LIKE '%transaction%'"
    )
    for _ in range(100):
        with ledger.read() as connection:
            if connection.execute(others).scalar() == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server still holds the transaction of a killed client")
