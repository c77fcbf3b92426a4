"""A ledger belongs to one workspace and one key, and remembers what was written to the tables."""

from __future__ import annotations

import pytest

from quanyu.errors import DamageError, WorkspaceError
from quanyu.ledger import (
    Mark,
    adopt,
    check_key,
    find_owner,
    keep_marks,
    list_loads,
    list_marks,
    open_ledger,
    own,
)


def test_a_ledger_belongs_to_the_first_and_refuses_another(ledger, at):
    assert find_owner(ledger) is None
    own(ledger, "first", "", at=at(0))
    own(ledger, "first", "", at=at(1))
    with pytest.raises(WorkspaceError, match="another workspace: its id is first, this one's second"):
        own(ledger, "second", "", at=at(2))
    adopt(ledger, "second", at=at(3))
    own(ledger, "second", "", at=at(4))
    with pytest.raises(WorkspaceError, match="quanyu adopt"):
        own(ledger, "first", "", at=at(5))


def test_a_key_is_remembered_at_its_first_use_and_stays_when_the_ledger_is_adopted(ledger, at):
    own(ledger, "first", "", at=at(0))
    check_key(ledger, "another")
    own(ledger, "first", "print", at=at(0))
    own(ledger, "first", "another", at=at(1))
    for who in ("first", "second"):
        adopt(ledger, who, at=at(1))
        check_key(ledger, "print")
        with pytest.raises(WorkspaceError, match="not the one that its identities were made with"):
            check_key(ledger, "another")


def test_the_newest_mark_of_a_table_is_remembered(ledger, at):
    keep_marks(ledger, [], at=at(0))
    keep_marks(ledger, [Mark("orders", 0, 5, "a"), Mark("events", 0, 7, "b")], at=at(0))
    keep_marks(ledger, [Mark("orders", 1, 6, "c")], at=at(1))
    assert list_marks(ledger) == {"orders": Mark("orders", 1, 6, "c"), "events": Mark("events", 0, 7, "b")}


def test_a_ledger_without_its_tables_is_told(ledger, at):
    with ledger.begin() as connection:
        connection.exec_driver_sql("DROP TABLE loads")
    with pytest.raises(DamageError, match="damaged or is not a ledger"):
        list_loads(ledger)


@pytest.mark.parametrize("value", ["'{'", "CAST(X'7B22FF00' AS TEXT)"])
def test_a_record_that_is_no_json_or_no_text_is_told(tmp_path, at, value):
    ledger = open_ledger(tmp_path / "ledger.db")
    with ledger.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO loads (load_id, file_name, file_hash, layout, status, started_at, finished_at, n_rows, n_taken, "
            f"n_refused, changes, error) VALUES (1, 'f', 'h', 'l', 'done', '2026-01-01 00:00:00', NULL, 1, 1, 0, {value}, '')"
        )
    with pytest.raises(DamageError, match="damaged") as caught:
        list_loads(ledger)
    assert str(caught.value).replace("\n", "").isprintable()
    ledger.close()
