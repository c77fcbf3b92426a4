"""Pulling from a file of SQLite: only what is new, nothing lost, nothing twice, and what changed in the columns is said."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.pull.shop import Database, source_of, taken
from tests.conftest import SECRET

import quanyu.workspace
from quanyu import ledger
from quanyu.collect.pull import pull
from quanyu.collect.pull.cell import as_position, as_text, from_position
from quanyu.collect.pull.database import open_reading
from quanyu.collect.pull.drift import Drift
from quanyu.errors import PullError, UnknownLayoutError


@pytest.fixture
def shop():
    # Not below pytest's own folder, whose name has letters that mean something in a URL.
    with tempfile.TemporaryDirectory(prefix="quanyu-pull-") as folder:
        yield Database(Path(folder) / "shop.db")


@pytest.fixture
def source(shop, tmp_path):
    return lambda **entries: source_of(tmp_path, f"sqlite:///{shop.file}", **entries)


def test_only_what_is_new_is_taken(embedded, shop, source) -> None:
    shop.put(*((f"A{n}", n, n) for n in range(10)))
    first = pull(embedded, source(batch=6))
    assert (first.n_batches, first.n_rows, first.n_taken) == (2, 10, 10)
    assert first.changes["orders"].added == 10
    shop.put(("A3", 33, 20), ("B1", 7, 21))
    second = pull(embedded, source(batch=6))
    changed = second.changes["orders"]
    assert (changed.added, changed.changed) == (1, 1)
    assert second.n_rows == 4, "the rows of the last minute are read again, the others are not"
    assert taken(embedded)["A3"] == "33.00"
    pull(embedded, source(batch=6))
    assert pull(embedded, source(batch=6)).n_batches == 0, "what was there the last time is not loaded again"
    state = ledger.find_pull(embedded.ledger, "shop")
    assert state is not None and state.position == {"at": ["2026-11-11 00:21:00"], "is_whole": True}


def test_rows_of_one_moment_are_neither_lost_nor_split(embedded, shop, source) -> None:
    shop.put(*((f"A{n:02}", n, 5) for n in range(20)))
    assert pull(embedded, source(batch=15)).n_rows == 20
    shop.put(("A0", 1, 5), ("Z", 1, 5))
    pull(embedded, source(batch=15))
    assert len(taken(embedded)) == 22, "rows that appear in the moment of the position are seen"


def test_rows_that_change_while_they_are_read_are_read_again(shop, source) -> None:
    shop.put(*((f"A{n}", n, n) for n in range(9)))
    with open_reading(source(batch=3)) as reading:
        batches = reading.batches(None, {})
        seen = [next(batches)]
        shop.put(("A1", 10, 20), ("A8", 80, 21), ("late", 1, 1))
        seen += batches
        rows = [row[0] for batch in seen for row in batch.rows]
        assert rows == [f"A{n}" for n in range(8)], "a pass ends where the end was when it began"
        assert [batch.is_last for batch in seen] == [False, False, True]
        more = [row[0] for batch in reading.batches(seen[-1].position, {}) for row in batch.rows]
        assert {"A1", "A8"} <= set(more)


def test_a_pass_that_was_broken_off_ends_where_it_would_have(shop, source) -> None:
    shop.put(*((f"A{n}", n, n) for n in range(6)))
    with open_reading(source(batch=2)) as reading:
        first = next(reading.batches(None, {}))
        shop.put(("B", 1, 60), ("late", 1, 5))
        batches = list(reading.batches(json.loads(json.dumps(first.position)), {}))
        rows = [row[0] for batch in batches for row in batch.rows]
    assert rows == ["A2", "A3", "A4", "A5", "late", "A4", "A5", "late", "B"]
    assert [batch.is_last for batch in batches][-2:] == [False, True]


def test_rows_that_become_visible_late_are_seen_within_the_overlap(embedded, shop, source) -> None:
    shop.put(("A", 1, 100))
    pull(embedded, source(overlap=600))
    shop.put(("late", 1, 91), ("later", 1, 80))
    pull(embedded, source(overlap=600))
    assert set(taken(embedded)) == {"A", "late"}


def test_lines_that_belong_together_come_together(embedded, shop, source) -> None:
    shop.do("CREATE TABLE lines (order_id TEXT, sku TEXT, price NUMERIC)")
    shop.put(*((f"A{n}", 30, n) for n in range(4)))
    shop.do(
        "INSERT INTO lines VALUES (?, ?, ?)", *((f"A{n}", f"S{m}", 10) for n in range(4) for m in range(3))
    )
    (embedded.root / "layouts").mkdir(exist_ok=True)
    (embedded.root / "layouts" / "joined.toml").write_text(
        'match = ["order_id", "sku"]\n[orders]\nper = "key"\norder_id = "order_id"\nordered_at = "ordered_at"\n'
        'status = "status"\npaid_amount = { from = "price", total = true }\n',
        encoding="utf-8",
    )
    query = "SELECT o.*, l.sku, l.price FROM orders o JOIN lines l USING (order_id) -- all: of them;"
    done = pull(embedded, source(table=None, query=query, key="order_id", layout="joined", batch=4))
    assert done.n_batches > 1
    assert set(taken(embedded).values()) == {"30.00"}


def test_without_a_cursor_all_is_read_each_time(embedded, shop, source) -> None:
    shop.put(("A", 1, 1), ("B", 2, 2))
    assert pull(embedded, source(cursor=None)).n_rows == 2
    assert pull(embedded, source(cursor=None)).n_batches == 0
    for amount in (3, 1):
        shop.put(("A", amount, 1))
        assert pull(embedded, source(cursor=None)).n_rows == 2
        assert taken(embedded)["A"] == f"{amount}.00", (
            "rows that are as they were once are loaded all the same"
        )
    shop.do("CREATE VIEW everything AS SELECT * FROM orders")
    assert pull(embedded, source(name="view", table="everything", cursor=None, batch=1)).n_batches == 2


def test_a_row_without_a_cursor_is_told(embedded, shop, source) -> None:
    shop.put(("A", 1, 1))
    shop.do("INSERT INTO orders VALUES ('N', '2026-11-01 10:00:00', 'paid', 1, NULL)")
    assert pull(embedded, source()).n_unplaced == 1


def test_refused_rows_are_kept_with_their_reason(embedded, shop, source) -> None:
    shop.put(("A", "no number", 1), ("B", 2, 2))
    done = pull(embedded, source())
    assert (done.n_taken, done.n_refused) == (1, 1)
    (row,) = embedded.warehouse.query("SELECT file, content FROM rejects").to_pylist()
    assert row["file"] == "shop-000001.parquet" and "no number" in row["content"]


def test_what_changed_in_the_columns_is_told(embedded, shop, source) -> None:
    shop.put(("A", 1, 1))
    shop.do("ALTER TABLE orders ADD COLUMN old INTEGER")
    pull(embedded, source())
    shop.do("ALTER TABLE orders DROP COLUMN old")
    shop.do("ALTER TABLE orders ADD COLUMN gift TEXT")
    shop.do(
        "INSERT INTO orders VALUES ('B', '2026-11-01 10:00:00', 'paid', 'x', '2026-11-11 01:00:00', 'yes')"
    )
    done = pull(embedded, source())
    assert done.drift == Drift(("gift",), ("old",), {"paid_amount": ("integer", "integer / text")})
    assert done.unmapped == ("updated_at", "gift")
    state = ledger.find_pull(embedded.ledger, "shop")
    assert state is not None and state.drift["came"] == ["gift"]


def test_a_column_that_the_layout_reads_may_not_go(embedded, shop, source) -> None:
    shop.put(("A", 1, 1))
    pull(embedded, source())
    shop.do("ALTER TABLE orders RENAME COLUMN paid_amount TO payed_amount")
    with pytest.raises(PullError, match="miss paid_amount, which the layout plain_orders reads") as told:
        pull(embedded, source())
    assert "paid_amount → payed_amount" in told.value.hint
    state = ledger.find_pull(embedded.ledger, "shop")
    assert state is not None and "paid_amount" in state.error and state.position is not None
    shop.do("ALTER TABLE orders RENAME COLUMN payed_amount TO paid_amount")
    pull(embedded, source())
    assert ledger.find_pull(embedded.ledger, "shop").error == ""


@pytest.mark.parametrize(
    ("entries", "error", "words"),
    [
        ({"cursor": "updatedat"}, PullError, "no column 'updatedat'"),
        ({"layout": "ordres"}, UnknownLayoutError, "near it: .*plain_orders"),
        ({"table": "nothing"}, PullError, "no such table: nothing"),
        ({"table": None, "query": "DELETE FROM orders RETURNING *"}, PullError, "syntax error"),
    ],
)
def test_what_cannot_be_asked_is_told(embedded, source, entries, error, words) -> None:
    with pytest.raises(error, match=words):
        pull(embedded, source(**entries))


def test_no_file_is_made_of_a_database_that_is_not_there(embedded, tmp_path) -> None:
    with pytest.raises(PullError, match="There is no file"):
        pull(embedded, source_of(tmp_path, f"sqlite:///{tmp_path}/none.db"))
    assert not (tmp_path / "none.db").exists()


def test_another_question_is_asked_from_the_beginning(embedded, shop, source) -> None:
    shop.put(*((f"A{n}", n, n) for n in range(5)))
    pull(embedded, source())
    done = pull(embedded, source(key=["order_id", "status"]))
    assert done.is_anew and done.n_rows == 5
    for amount in (7, 0):
        shop.put(("A0", amount, 0))
        done = pull(embedded, source(key=["order_id", "status"]), anew=True)
        assert done.changes["orders"].changed == 1, "rows that are as they were once are loaded all the same"


def test_names_that_mean_something_in_sql_are_names(embedded, shop, source) -> None:
    shop.do(
        'CREATE TABLE "order" (order_id TEXT, ordered_at TEXT, status TEXT, paid_amount INT, "group" INT)'
    )
    shop.do("INSERT INTO \"order\" VALUES ('A', '2026-11-01 10:00:00', 'paid', 5, 1)")
    assert pull(embedded, source(table="main.order", cursor="group")).n_taken == 1


@pytest.mark.parametrize("value", ["a", 3, 2.5])
def test_a_value_of_a_position_comes_back(value) -> None:
    assert from_position(as_position(value)) == value


def test_bytes_are_text_where_they_are() -> None:
    assert [as_text(value) for value in ("中".encode(), b"\x01", b"\xff\x00")] == ["中", "1", "ff00"]


@settings(max_examples=4)
@given(st.data())
def test_pulling_between_changes_gives_what_loading_the_end_gives(tmp_path_factory, data) -> None:
    """Whatever the size of batches, and whenever it was pulled: the tables hold what the database holds at the end."""
    folder, minute = tmp_path_factory.mktemp("drawn"), 0
    shop = Database(Path(tempfile.mkdtemp(prefix="quanyu-pull-")) / "shop.db")
    with_cursor = source_of(folder, f"sqlite:///{shop.file}", batch=data.draw(st.integers(1, 5)))
    ws = quanyu.workspace.create(folder / "ws", key=SECRET)
    known = {}
    for _ in range(data.draw(st.integers(1, 3))):
        for number in data.draw(st.lists(st.integers(0, 6), max_size=6)):
            minute += data.draw(st.integers(0, 2))
            known[f"N{number}"] = f"{minute}.00"
            shop.put((f"N{number}", minute, minute))
        pull(ws, with_cursor)
    assert taken(ws) == known
    ws.close()
    shutil.rmtree(shop.file.parent)
