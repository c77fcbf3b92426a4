"""Slots as pages ask for them: any site may read, nobody is told what is another's, nothing is kept in a cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.act.conftest import person
from tests.act.slot.site import Site, browser
from tests.api.public.serving import served

from quanyu import ledger
from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
ORIGIN = {"origin": "https://shop.example"}


@pytest.fixture
def site(make_workspace: Callable[..., Workspace]) -> Iterator[Site]:
    site = Site(make_workspace())
    yield site
    site.ws.close()


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    headers = {"user-agent": PHONE}
    with served(site.ws) as url, httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def key(site: Site) -> str:
    made = perform(site.ws, ADD_SOURCE, {"name": "site", "kind": "browser"}, Caller("li"))
    return str(made.write_key)


def test_a_page_of_another_site_gets_what_is_due_for_its_browser(
    site: Site, client: httpx.Client, key: str
) -> None:
    campaign = site.launch()
    first, second, *_ = site.status(campaign, "pending")
    asked = {"key": key, "id": browser(first)}
    before = client.options("/slot/home", headers=ORIGIN | {"access-control-request-method": "GET"})
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (204, "*")
    answer = client.get("/slot/home", params=asked, headers=ORIGIN)
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store" and "set-cookie" not in answer.headers
    told = answer.json()
    assert set(told) == {"id", "slot", "subject", "text", "html", "link", "fields"}
    assert (told["slot"], told["text"]) == ("home", f"王{first}, come in")
    assert person(first) not in answer.text and "u0@" not in answer.text
    led = client.get(httpx.URL(told["link"]).path)
    assert led.status_code == 302 and led.headers["location"].startswith("https://shop.example/spring?utm_")
    kinds = [(one.kind, one.person_id) for one in ledger.list_responses(site.ws.ledger)]
    assert sorted(kinds) == [("clicked", person(first)), ("opened", person(first))]
    assert site.told(campaign)["delivered", ""] == 1
    for wrong in (
        {"id": "browser-999"},
        {"id": ""},
        {"id": f"user:{second}"},
        {"id": str(second)},
        {"id": "%"},
    ):
        nothing = client.get("/slot/home", params=asked | wrong, headers=ORIGIN)
        assert (nothing.status_code, nothing.content) == (204, b""), wrong
    assert client.get("/slot/other", params=asked).status_code == 204


def test_looking_without_showing_counts_nothing(site: Site, client: httpx.Client, key: str) -> None:
    campaign = site.launch()
    asked = {"key": key, "id": browser(site.status(campaign, "pending")[0])}
    client.options("/slot/home", params=asked)
    assert client.head("/slot/home", params=asked).status_code == 204
    assert client.post("/slot/home", params=asked).status_code == 405
    assert not ledger.list_responses(site.ws.ledger) and not site.told(campaign)["delivered", ""]


def test_without_a_valid_key_nothing_is_told_and_who_tries_many_is_barred(
    site: Site, client: httpx.Client, key: str
) -> None:
    campaign = site.launch()
    asked = {"id": browser(site.status(campaign, "pending")[0])}
    ledger.revoke_source(site.ws.ledger, "site", who="li", at=site.at)
    for wrong in (key, "", "x"):
        answer = client.get("/slot/home", params=asked | {"key": wrong}, headers=ORIGIN)
        assert answer.status_code == 401 and answer.headers["access-control-allow-origin"] == "*"
    assert {client.get("/slot/home", params={"key": "x"}).status_code for _ in range(70)} == {401, 429}
    assert not ledger.list_responses(site.ws.ledger)
