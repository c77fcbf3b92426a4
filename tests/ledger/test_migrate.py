from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from quanyu.errors import WorkspaceError
from quanyu.ledger import list_runs, open_ledger
from quanyu.ledger.migrate import HEAD
from quanyu.ledger.migrate.upgrade import revisions, upgrade
from quanyu.ledger.store.schema import METADATA

OPEN = """
import sys
from quanyu.ledger import open_ledger
from quanyu.ledger.migrate.upgrade import upgrade

print("ready", flush=True)
sys.stdin.read()
open_ledger(sys.argv[1]).close()
"""


def test_a_fresh_upgrade_equals_the_declared_schema(ledger):
    with ledger.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert sa.inspect(connection).get_check_constraints("outbox")[0]["name"] == "ck_outbox_status"


def test_the_head_is_the_newest_revision():
    assert revisions().get_current_head() == HEAD


def test_an_upgrade_twice_changes_nothing(ledger):
    with ledger.begin() as connection:
        upgrade(connection)
        upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_processes_that_open_an_empty_ledger_at_once_upgrade_it_once(url):
    command = [sys.executable, "-c", OPEN, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.close()
        process.stdin = None
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 4
    assert [process.returncode for process in processes] == [0] * 4
    ledger = open_ledger(url)
    assert list_runs(ledger) == []
    ledger.close()


def test_an_upgrade_that_fails_leaves_no_half_schema(url, monkeypatch):
    monkeypatch.setattr("quanyu.ledger.migrate.upgrade._steps", lambda seen, context: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_ledger(url)
    monkeypatch.undo()
    ledger = open_ledger(url)
    assert list_runs(ledger) == []
    ledger.close()


def test_a_ledger_of_a_newer_version_is_refused(ledger, url):
    with ledger.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WorkspaceError, match="newer Quanyu: its schema is 9999"):
        open_ledger(url)
