"""Reading again: refused rows are kept once, a wrong time hides nothing, and times in words are taken back as they are written."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from tests.collect.pull.shop import Database, source_of, taken

from quanyu import ledger
from quanyu.collect.pull import pull
from quanyu.collect.pull.cell import as_text, earlier, not_ahead
from quanyu.collect.pull.feed import passed
from quanyu.collect.pull.http.paging import with_own, without_own

EPOCH = dt.datetime.min.replace(tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def shop():
    with tempfile.TemporaryDirectory(prefix="quanyu-pull-") as folder:
        yield Database(Path(folder) / "shop.db")


@pytest.mark.parametrize("cursor", ["updated_at", None])
def test_a_row_that_is_refused_again_is_kept_once(embedded, shop, tmp_path, cursor) -> None:
    source = source_of(tmp_path, f"sqlite:///{shop.file}", cursor=cursor, batch=2)
    shop.put(("A", "none", 1), ("B", "none", 1))
    for n in range(3):
        shop.put((f"C{n}", n, 1))
        pull(embedded, source)
    rows = embedded.warehouse.query("SELECT content FROM rejects ORDER BY content").to_pylist()
    assert [row["content"].count("none") for row in rows] == [1, 1]
    state = ledger.find_pull(embedded.ledger, "shop")
    assert state is not None and state.n_refused == 2
    shop.put(("A", "nothing", 1))
    pull(embedded, source)
    (told,) = embedded.warehouse.query("SELECT count(*) AS n FROM rejects").to_pylist()
    assert told["n"] == 3, "what it says now is another refusal"


def test_a_time_far_ahead_hides_nothing_that_changes(embedded, shop, tmp_path) -> None:
    source = source_of(tmp_path, f"sqlite:///{shop.file}")
    shop.put(("A", 1, 1))
    shop.do("INSERT INTO orders SELECT 'X', ordered_at, status, 5, '9999-12-31 00:00:00' FROM orders")
    pull(embedded, source)
    shop.do("UPDATE orders SET paid_amount = 2, updated_at = '2026-11-20 12:00:00' WHERE order_id = 'A'")
    assert pull(embedded, source).n_rows == 2
    assert taken(embedded) == {"A": "2.00", "X": "5.00"}
    assert pull(embedded, source).n_batches == 0


@pytest.mark.parametrize(
    ("value", "back"),
    [
        ("20261111", "20261110"),
        ("20261111093000", "20261111092900"),
        ("20261111T093000", "20261111T092900"),
        ("2026/11/11 09:30:00", "2026/11/11 09:29:00"),
        ("2026-11-11", "2026-11-10"),
        ("2026-11-11T09:30:00Z", "2026-11-11T09:29:00Z"),
        ("2026-11-11 09:30:00.25", "2026-11-11 09:29:00.250000"),
        ("20261345", "20261345"),
        ("2026111", "2026111"),
        (EPOCH, EPOCH),
        (dt.date(2026, 11, 11), dt.date(2026, 11, 10)),
    ],
)
def test_a_time_is_taken_back_as_it_is_written(value, back) -> None:
    assert earlier(value, None) == back


@pytest.mark.parametrize(
    "value",
    ["99991231", "9999-12-31T00:00:00Z", dt.date(9999, 12, 31), dt.datetime(9999, 12, 31, tzinfo=dt.UTC)],
)
def test_what_lies_ahead_becomes_what_has_passed(value) -> None:
    early = not_ahead(value, NOW)
    assert type(early) is type(value)
    assert str(early)[:7].replace("-", "")[:6] == "202611"
    assert not_ahead(early, NOW) == early


def test_a_place_in_the_middle_of_a_pass_is_kept_as_it_is() -> None:
    for position in (
        None,
        {"at": ["9999-12-31", "A"], "upto": None, "is_whole": False},
        {"since": None, "newest": "9999-12-31T00:00:00Z", "next": "https://shop.example/?page=2", "own": []},
    ):
        assert passed(position, NOW) == position
    service = {"since": None, "newest": "9999-12-31T00:00:00Z", "next": None}
    assert passed(service, NOW) == {**service, "newest": "2026-11-19T16:00:00Z"}


def test_a_figure_that_is_none_is_told_and_a_short_word_makes_no_long_cell() -> None:
    assert as_text(Decimal("NaN")) == "NaN"
    assert as_text(float("inf")) == "Infinity"
    assert len(as_text(Decimal("1e999999999")) or "") < 20
    assert as_text(Decimal("12E+3")) == "12000"


def test_keys_in_an_address_are_not_kept_with_the_next_page() -> None:
    home = httpx.URL("https://me:pw@shop.example/orders?key=K%2F1&limit=2")
    page = httpx.URL("https://me:pw@shop.example/orders?key=K%2F1&limit=2&page=a%2Bb")
    said, own = without_own(page, home)
    assert "K" not in said and "pw" not in said
    again = with_own(said, own, home)
    assert again.params == page.params and again.userinfo == page.userinfo
    assert with_own(
        *without_own(httpx.URL("https://shop.example/orders?page=2"), home), home
    ).params == httpx.QueryParams(page=2)
