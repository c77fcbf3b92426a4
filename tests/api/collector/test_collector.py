"""The collector: whose key it is, what is answered so that clients do the right thing, and what pages of other sites may do."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import threading

import pytest

import quanyu.workspace
from quanyu import ledger
from quanyu.api.collector import Collector
from quanyu.api.collector import keys as keys_module
from quanyu.collect.collector import Unusable
from quanyu.collect.collector.source import REVOKE_SOURCE
from quanyu.part.action import Caller, perform

EVENT = {"type": "track", "event": "e", "userId": "17", "messageId": "m"}


@pytest.fixture(scope="module")
def key(here) -> str:
    return here.source("shop", "segment")


@pytest.fixture(scope="module")
def sensors(here) -> str:
    return here.source("app", "sensors")


def form(said: object) -> dict[str, str]:
    return {"data": base64.b64encode(json.dumps(said).encode()).decode()}


def test_a_key_is_found_wherever_a_client_puts_it(here, key) -> None:
    basic, body = {"auth": (key, "")}, {"writeKey": key, "batch": [EVENT]}
    n = len(here.log.posted)
    for more in (
        {**basic, "json": {"batch": [EVENT]}},
        {"json": body},
        {"params": {"writeKey": key}, "json": {"batch": [EVENT]}},
    ):
        assert here.http.post("/v1/batch", **more).status_code == 200
    wrong_type = {"content-type": "application/x-www-form-urlencoded"}
    assert here.http.post("/v1/batch", content=json.dumps(body), headers=wrong_type).json() == {
        "success": True
    }
    assert (
        here.http.post("/v1/track", content=gzip.compress(json.dumps(EVENT).encode()), **basic).status_code
        == 200
    )
    assert [posted.source for posted in here.log.posted[n:]] == ["shop"] * 5


def test_what_is_refused_tells_each_client_what_to_do(here, key, sensors) -> None:
    post, n = here.http.post, len(here.log.posted)
    assert post("/v1/batch", json={"batch": []}, auth=("none", "")).status_code == 401
    assert post("/v1/batch", json={"batch": []}).status_code == 401
    assert post("/sa?token=none", data=form({})).status_code == 403, (
        "the client for Android keeps what it has"
    )
    assert post("/v1/batch", content=b" " * 4_000_001, auth=(key, "")).status_code == 413
    assert post("/v1/batch", content=gzip.compress(b" " * 4_000_001), auth=(key, "")).status_code == 413
    assert post("/v1/batch", content=(b" " * 1_000_000 for _ in range(5)), auth=(key, "")).status_code == 413
    assert here.http.get("/v1/batch").status_code == 405 and here.http.get("/none").status_code == 404
    assert len(here.log.posted) == n
    here.log.n_full = 1
    full = post("/v1/batch", json={"batch": [EVENT]}, auth=(key, ""))
    assert (full.status_code, full.headers["retry-after"]) == (429, "1")
    here.log.n_full = 1
    full = post(f"/sa?token={sensors}", data=form({}))
    assert (full.status_code, full.headers["retry-after"]) == (503, "1"), (
        "a 429 makes the client for Android delete"
    )


def test_what_cannot_be_read_is_kept_with_the_reason(here, key, sensors) -> None:
    n = len(here.log.posted)
    assert here.http.post("/v1/batch", content=b'{"batch": [', auth=(key, "")).status_code == 400
    assert here.http.post(f"/sa?token={sensors}", content=b"data=%%%").status_code == 400
    assert [posted.body for posted in here.log.posted[n:]] == [b'{"batch": [', b"data=%%%"]
    assert [type(message) for message in here.log.read("shop")[-1:] + here.log.read("app")[-1:]] == [
        Unusable
    ] * 2


def test_a_dry_run_keeps_nothing(here, sensors) -> None:
    n = len(here.log.posted)
    said = {"type": "track", "event": "e", "distinct_id": "a"}
    assert (
        here.http.post(f"/debug?token={sensors}", data=form(said), headers={"Dry-Run": "true"}).status_code
        == 200
    )
    assert len(here.log.posted) == n
    assert here.http.post(f"/debug?token={sensors}", data=form(said)).status_code == 200
    assert len(here.log.posted) == n + 1


def test_images_are_answered_with_an_image(here, sensors) -> None:
    said = form({"type": "track", "event": "e", "distinct_id": "a"})
    answer = here.http.get("/sa.gif", params={"token": sensors, **said})
    assert answer.headers["content-type"] == "image/gif" and answer.content[:6] == b"GIF89a"
    assert here.log.read("app")[-1].name == "e"


def test_a_page_of_any_site_may_send_and_read_the_answer(here, key) -> None:
    origin = {"origin": "https://shop.example"}
    asked = {
        **origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    allowed = here.http.options("/v1/batch", headers=asked)
    assert (
        allowed.status_code == 204
        and allowed.headers["access-control-allow-headers"] == "authorization,content-type"
    )
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    for auth, status in ((key, 200), ("none", 401)):
        answer = here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(auth, ""), headers=origin)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (
            status,
            "https://shop.example",
        )
    assert (
        "access-control-allow-origin"
        not in here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(key, "")).headers
    )


def test_documents_name_the_collector_that_was_asked(here, key) -> None:
    told = here.http.get(f"/v1/projects/{key}/settings").json()
    own = told["integrations"]["Segment.io"]
    assert (own["apiKey"], f"{own['protocol']}://{own['apiHost']}") == (key, f"{here.url}/v1")
    assert here.http.get("/v1/projects/none/settings").status_code == 404
    assert here.http.get("/sourceConfig/", auth=(key, "")).json()["source"]["writeKey"] == key
    assert here.http.post("/flags/?v=2", json={"token": key}).json()["flags"] == {}
    odd = here.http.get(f"/v1/projects/{key}/settings", headers={"host": 'x"><script>'})
    assert odd.status_code in (400, 404)


def test_documents_name_the_address_that_is_set(here, key, monkeypatch) -> None:
    # Behind a server that ends HTTPS the collector is asked by HTTP, and pages on HTTPS may not send there.
    monkeypatch.setenv("QUANYU_COLLECTOR__URL", "https://shop.example/collect")
    ws = quanyu.workspace.open(here.ws.root)
    told: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        told.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/v1/projects/{key}/settings",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
    }
    asyncio.run(Collector(ws, here.log)(scope, receive, send))
    own = json.loads(told[1]["body"])["integrations"]["Segment.io"]
    assert (own["protocol"], own["apiHost"]) == ("https", "shop.example/collect/v1")
    ws.close()


def test_a_revoked_key_ends_and_a_new_one_begins_at_once(here, monkeypatch) -> None:
    monkeypatch.setattr(keys_module, "LASTS", 0.0)
    old = here.source("short", "segment")
    assert here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(old, "")).status_code == 200
    perform(here.ws, REVOKE_SOURCE, {"name": "short"}, Caller("li"))
    assert here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(old, "")).status_code == 401
    new = here.source("short", "segment")
    assert here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(new, "")).status_code == 200


def test_known_keys_go_on_while_the_ledger_cannot_be_read(here, key, monkeypatch) -> None:
    assert here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(key, "")).status_code == 200

    def broken(_scope: object) -> list[ledger.Source]:
        raise keys_module.QuanyuError("The ledger cannot be read.")

    monkeypatch.setattr(keys_module, "LASTS", 0.0)
    monkeypatch.setattr(ledger, "list_sources", broken)
    assert here.http.post("/v1/batch", json={"batch": [EVENT]}, auth=(key, "")).status_code == 200


def test_strangers_do_not_make_the_ledger_read_for_each(here, key, monkeypatch) -> None:
    n_read, read = [], ledger.list_sources
    monkeypatch.setattr(ledger, "list_sources", lambda scope: n_read.append(1) or read(scope))
    threads = [
        threading.Thread(
            target=here.http.post,
            args=("/v1/batch",),
            kwargs={"json": {"batch": []}, "auth": (f"none-{n}", "")},
        )
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(n_read) <= 5
