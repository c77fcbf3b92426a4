"""Pulling from a service that behaves as Shopify documents, and from services that page otherwise or misbehave."""

from __future__ import annotations

import datetime as dt
import socket
from email.utils import format_datetime
from functools import partial
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.collect.pull.shop import source_of, taken
from tests.collect.pull.shopify import PATH, TOKEN, Shop, order, reply, serving

from quanyu import ledger
from quanyu.collect.pull import pull
from quanyu.collect.pull.http.client import Client, retry_after
from quanyu.collect.pull.http.service import Service
from quanyu.errors import PullError


@pytest.fixture
def shop():
    made = Shop()
    with serving(made.answer) as made.url:
        yield made


@pytest.fixture
def source(shop, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOPIFY_TOKEN", TOKEN)
    given = {
        "table": None, "layout": "shopify_api_orders", "headers": {"X-Shopify-Access-Token": "${SHOPIFY_TOKEN}"},
        "records": "orders", "explode": "line_items", "since": "updated_at_min", "rate": 1000,
    }  # fmt: skip
    return lambda **entries: source_of(
        tmp_path, f"{shop.url}{PATH}?status=any&limit=2", **{**given, **entries}
    )


@pytest.fixture
def private(make_workspace):
    return make_workspace(pull={"allow_private": True})


class Waits(list):
    """Seconds that were waited, and a clock that only they move."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)

    def clock(self) -> float:
        return sum(self)


@pytest.fixture
def asked():
    """Return what asks a source without a workspace, in no time: its rows, and how long it waited."""

    def ask(source, position=None):
        waits = Waits()
        with httpx.Client(timeout=source.timeout, trust_env=False) as http:
            client = Client(source, http, is_private=True, wait=waits, clock=waits.clock)
            found = list(Service(source, client).batches(position, {}))
        return found, waits

    return ask


def test_orders_of_shopify_come_with_their_lines_and_then_only_what_is_new(private, shop, source) -> None:
    shop.put(*(order(n, n) for n in range(5)))
    first = pull(private, source())
    assert (first.n_rows, first.n_refused, first.changes["orders"].added) == (10, 0, 5)
    assert first.changes["order_lines"].added == 10
    assert taken(private)["450789469000000003"] == "10.00"
    assert [len(parse_qs(urlsplit(path).query)) for path, _ in shop.asked] == [2, 2, 2], (
        "a link is followed as it is"
    )
    shop.put(order(1, 30, "12.50"), order(9, 31))
    shop.asked.clear()
    second = pull(private, source())
    assert (second.changes["orders"].added, second.changes["orders"].changed) == (1, 1)
    assert parse_qs(urlsplit(shop.asked[0][0]).query)["updated_at_min"] == ["2026-11-11T00:03:00+08:00"]
    assert pull(private, source()).n_batches in (0, 1)
    state = ledger.find_pull(private.ledger, "shop")
    assert state is not None and TOKEN not in repr(vars(state))


def test_a_service_that_wants_to_be_left_alone_is(shop, source, asked) -> None:
    shop.put(order(1, 1))
    shop.faults = [
        partial(reply, status=429, body={}, Retry_After="2.0"),
        partial(reply, status=503, body={}),
        lambda handler: handler.connection.shutdown(socket.SHUT_RDWR),
    ]
    found, waits = asked(source(rate=1000))
    assert [len(batch.rows) for batch in found] == [2]
    assert [seconds for seconds in waits if seconds > 0.1] == [2.0, 2.0, 4.0]


def test_the_bucket_leaks_before_it_is_full(shop, source, asked) -> None:
    shop.put(*(order(n, n) for n in range(3)))
    shop.bucket = "38/40"
    _, waits = asked(source(rate=2))
    assert waits == [3.0], "38 of 40 are 6 above what may be in it, at 2 a second"


def test_the_rate_is_kept(shop, source, asked) -> None:
    shop.put(*(order(n, n) for n in range(5)))
    _, waits = asked(source(rate=4))
    assert sum(waits) == pytest.approx(0.5), "three requests at 4 a second"


def test_after_a_break_reading_goes_on_with_the_next_page(shop, source, asked) -> None:
    shop.put(*(order(n, n) for n in range(6)))
    found, _ = asked(source(batch=2))
    assert [len(batch.rows) for batch in found] == [4, 4, 4]
    rest, _ = asked(source(batch=2), found[0].position)
    assert rest == found[1:]
    shop.faults = [partial(reply, status=400, body={"errors": "page_info has expired"})]
    anew, _ = asked(source(batch=2), found[0].position)
    assert anew == found


def test_an_order_that_changes_while_pages_are_read_counts_once(shop, source, asked) -> None:
    shop.put(order(1, 1), order(2, 2), order(3, 3))
    shop.limit = 1
    first = shop.orders.pop(order(1, 1)["id"])
    shop.put(first | {"updated_at": "2026-11-11T00:09:00+08:00"})
    shop.orders = {1: first, **shop.orders}
    (batch,), _ = asked(source())
    rows = [dict(zip(batch.columns, row, strict=True)) for row in batch.rows]
    assert len(rows) == 6
    assert {row["updated_at"] for row in rows if row["id"] == first["id"]} == {"2026-11-11T00:09:00+08:00"}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_tells_no_key(shop, source, asked, status) -> None:
    shop.faults = [partial(reply, status=status, body={"errors": TOKEN})]
    with pytest.raises(PullError, match=f"HTTP {status}") as told:
        asked(source())
    assert TOKEN not in str(told.value) + repr(source())


def test_no_other_host_gets_the_key(shop, source, asked) -> None:
    heard: list[object] = []
    with serving(lambda handler: (heard.append(handler.path), reply(handler, 200, {"orders": []}))) as other:
        link = partial(reply, status=200, body={"orders": []}, Link=f'<{other}/next>; rel="next"')
        for fault in (link, partial(reply, status=302, body={}, Location=f"{other}/elsewhere")):
            shop.faults = [fault]
            with pytest.raises(PullError, match="leads to another host"):
                asked(source())
    assert heard == []


def test_a_redirect_within_the_host_is_followed(shop, source, asked) -> None:
    shop.put(order(1, 1))
    shop.faults = [partial(reply, status=301, body={}, Location=f"{PATH}?limit=2")]
    assert len(asked(source())[0][0].rows) == 2


def test_a_service_inside_the_network_is_not_asked(embedded, shop, source) -> None:
    with pytest.raises(PullError, match="an address begins with https"):
        pull(embedded, source())
    assert shop.asked == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "what is no JSON"),
        ({"order": []}, "no list of records at 'orders'; it has: order"),
        ({"orders": [1]}, "no list of records"),
        (b"[" * 100_000, "what is no JSON"),
        (b" " * 1_100_000, "more than 1 MB"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_told(shop, source, asked, body, words) -> None:
    shop.faults = [partial(reply, status=200, body=body)]
    with pytest.raises(PullError, match=words):
        asked(source(most_mb=1))


def test_numbers_are_exact(shop, source, asked) -> None:
    shop.put(order(1, 1) | {"total_price": 0.1 + 0.2, "id": 9007199254740993})
    (batch,), _ = asked(source())
    row = dict(zip(batch.columns, batch.rows[0], strict=True))
    assert (row["id"], str(row["total_price"])) == (9007199254740993, "0.30000000000000004")


@pytest.mark.parametrize(
    ("way", "last"),
    [
        ({"page": "page"}, {}), ({"page": "page"}, "again"), ({"offset": "skip"}, {}),
        ({"cursor": "meta.next", "parameter": "after"}, {}), ({"url": "meta.url"}, {}),
    ],
)  # fmt: skip
def test_every_way_to_the_next_page(tmp_path, asked, way, last) -> None:
    rows = [{"id": n, "updated_at": f"2026-11-11T00:0{n}:00Z"} for n in range(5)]

    def answer(handler) -> None:
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(handler.path).query).items()}
        start = query.get("skip", query.get("after", 2 * query.get("page", 1) - 2))
        start = min(start, 4) if last else start
        more = start + 2 if start + 2 < len(rows) else None
        meta = {"next": more, "url": None if more is None else f"/x?after={more}"}
        reply(handler, 200, {"data": {"list": rows[start : start + 2]}, "meta": meta})

    with serving(answer) as url:
        source = source_of(tmp_path, f"{url}/x", table=None, records="data.list", next=way, rate=1000)
        (batch,), _ = asked(source)
    assert [row[0] for row in batch.rows] == [0, 1, 2, 3, 4]
    assert batch.position == {"since": None, "newest": "2026-11-11T00:04:00Z", "next": None}


def test_a_date_to_ask_again_is_understood() -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    assert (
        80 < retry_after(httpx.Response(429, headers={"Retry-After": format_datetime(at, usegmt=True)})) < 91
    )
    assert retry_after(httpx.Response(429, headers={"Retry-After": "soon"})) == 0
