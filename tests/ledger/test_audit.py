from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanyu.errors import WorkspaceError
from quanyu.ledger import Edit, Lines, audited, count_lines, line_names, list_edits, page_lines, replay

BUDGETS = sa.Table(
    "budgets",
    sa.MetaData(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("limit_fen", sa.BigInteger),
)
START = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)


@pytest.fixture
def budgets(ledger):
    with ledger.begin() as connection:
        BUDGETS.create(connection)
    return ledger


def state(connection, name):
    row = connection.execute(sa.select(BUDGETS).where(BUDGETS.c.name == name)).mappings().one_or_none()
    return None if row is None else dict(row)


def set_limit(ledger, name, limit, who="wang"):
    """Make, change or (None) remove a budget, on the audit log."""
    with ledger.begin() as connection:
        before = state(connection, name)
        connection.execute(sa.delete(BUDGETS).where(BUDGETS.c.name == name))
        if limit is not None:
            connection.execute(sa.insert(BUDGETS).values(name=name, limit_fen=limit))
        audited(connection, Edit(START, who, "budgets", name, before, state(connection, name)))


EDITS = st.lists(
    st.tuples(st.sampled_from(["618", "双十一"]), st.none() | st.integers(0, 2**53)), min_size=1, max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_the_log_replays_to_the_present_state(budgets, edits):
    for name, limit in edits:
        set_limit(budgets, name, limit)
    with budgets.read() as connection:
        for name in ("618", "双十一"):
            chain = list_edits(connection, record="budgets", key=name)
            assert replay(chain) == state(connection, name)


def test_a_change_outside_the_log_is_seen(budgets):
    set_limit(budgets, "618", 100)
    with budgets.begin() as connection:
        connection.execute(sa.update(BUDGETS).values(limit_fen=999))
    set_limit(budgets, "618", 200, who="li")
    with pytest.raises(WorkspaceError, match="li found budgets 618 as"):
        replay(list_edits(budgets, record="budgets"))


def test_change_and_log_are_kept_together_or_not_at_all(budgets):
    with pytest.raises(RuntimeError, match="halfway"), budgets.begin() as connection:
        connection.execute(sa.insert(BUDGETS).values(name="618", limit_fen=1))
        audited(connection, Edit(START, "wang", "budgets", "618", None, {"limit_fen": 1}))
        raise RuntimeError("halfway")
    with budgets.read() as connection:
        assert state(connection, "618") is None
    assert list_edits(budgets) == []


def test_edits_are_found_by_record_key_and_person(budgets):
    set_limit(budgets, "618", 1)
    set_limit(budgets, "双十一", 2, who="li")
    set_limit(budgets, "618", None, who="li")
    assert [edit.key for edit in list_edits(budgets, who="li")] == ["双十一", "618"]
    assert [edit.after for edit in list_edits(budgets, key="618")] == [{"name": "618", "limit_fen": 1}, None]
    assert [edit.who for edit in list_edits(budgets, limit=1)] == ["li"]
    assert list_edits(budgets, record="campaigns") == []


def test_lines_are_paged_by_who_what_and_when(budgets):
    with budgets.begin() as connection:
        for n in range(7):
            who, record = ("wang", "budgets") if n % 2 else ("li", "actions")
            at = START + dt.timedelta(hours=n)
            audited(connection, Edit(at, who, record, f"key{n // 4}", None, {"n": n}))

    def told(lines, first=0, n=10):
        return [edit.after["n"] for edit in page_lines(budgets, lines, first, n)]

    assert told(Lines()) == [6, 5, 4, 3, 2, 1, 0] and count_lines(budgets, Lines()) == 7
    assert told(Lines(), 2, 3) == [4, 3, 2]
    assert told(Lines(who="wang")) == [5, 3, 1] and count_lines(budgets, Lines(who="wang")) == 3
    assert told(Lines(record="actions", key="key1")) == [6, 4]
    day = Lines(since=START + dt.timedelta(hours=2), until=START + dt.timedelta(hours=4))
    assert told(day) == [3, 2] and count_lines(budgets, day) == 2
    named = [("actions", "key0"), ("actions", "key1"), ("budgets", "")]
    assert line_names(budgets, ["actions"]) == (["li", "wang"], named)
    assert line_names(budgets)[1] == [("actions", ""), ("budgets", "")]


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_database_refuses_to_rewrite_the_log(budgets, statement):
    set_limit(budgets, "618", 1)
    with pytest.raises(WorkspaceError, match="append-only"), budgets.begin() as connection:
        connection.exec_driver_sql(statement)
    assert len(list_edits(budgets)) == 1
