from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from quanyu.errors import (
    SettingError,
    StorageError,
    WorkspaceBusyError,
    WorkspaceError,
)
from quanyu.ledger import StepPlan, begin_step, list_runs, open_ledger

PLAN = StepPlan("rfm", "f")


def test_a_reader_sees_one_state_and_never_waits_for_a_writer(ledger, at):
    begin_step(ledger, PLAN, at=at(0))
    with ledger.read() as before:
        assert len(list_runs(before)) == 1
        with ledger.begin() as connection:
            begin_step(connection, PLAN, at=at(1))
            assert len(list_runs(ledger)) == 1
        assert len(list_runs(before)) == 1
    assert len(list_runs(ledger)) == 2


def test_a_reader_cannot_write_and_the_next_writer_can(ledger, at):
    with (
        pytest.raises(WorkspaceError, match="reading transaction tried to write"),
        ledger.read() as connection,
    ):
        begin_step(connection, PLAN, at=at(0))
    assert begin_step(ledger, PLAN, at=at(0)).status == "running"


def test_a_writer_that_waits_too_long_says_who_to_wait_for(url, at):
    patient, hasty = open_ledger(url), open_ledger(url, busy_seconds=0.2)
    with patient.begin() as connection:
        begin_step(connection, PLAN, at=at(0))
        connection.execute(sa.text("CREATE TABLE held (n INTEGER)"))
        if connection.dialect.name == "postgresql":  # there only the same rows or tables collide
            connection.execute(sa.text("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(WorkspaceBusyError, match="Another process is writing"):
            begin_step(hasty, PLAN, at=at(0))
    assert begin_step(hasty, PLAN, at=at(1)).run_id > 0
    patient.close()
    hasty.close()


def test_writers_in_many_threads_queue(ledger, at):
    def work():
        for minute in range(10):
            begin_step(ledger, PLAN, at=at(minute))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list_runs(ledger)) == 80


def test_a_naive_time_is_refused(ledger, at):
    with pytest.raises(WorkspaceError, match="has no time zone"):
        begin_step(ledger, PLAN, at=at(0).replace(tzinfo=None))


def test_a_full_disk_is_a_storage_error_and_keeps_what_was_there(ledger, at):
    begin_step(ledger, PLAN, at=at(0))
    with pytest.raises(StorageError, match="disk of the ledger is full"), ledger.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            for minute in range(1000):
                begin_step(connection, StepPlan("rfm", "f" * 1000), at=at(minute))
        else:
            connection.exec_driver_sql(
                "DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$"
            )
    assert len(list_runs(ledger)) == 1


@pytest.mark.parametrize("url", ["mysql://localhost/x", "ledger.db", ""])
def test_a_url_of_another_kind_is_a_setting_error(url):
    with pytest.raises(SettingError, match="ledger_url"):
        open_ledger(url)


def test_a_damaged_file_and_a_missing_folder_are_told(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(WorkspaceError, match="damaged"):
        open_ledger(path)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        open_ledger(tmp_path / "missing" / "ledger.db")


def test_a_server_that_is_down_is_told_without_the_password(tmp_path):
    with pytest.raises(WorkspaceError, match="cannot be opened") as caught:
        open_ledger(f"postgresql://me:geheim@/ledger?host={tmp_path}")
    assert "geheim" not in str(caught.value)


def test_the_url_hides_the_password():
    ledger = open_ledger("sqlite://")
    assert "sqlite" in ledger.url
    ledger.close()
