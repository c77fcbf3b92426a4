"""The public pages: links act by their seal, looking changes nothing, and nothing is told that should not be."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import ibis
import pytest
from tests.act.track.conftest import LINKS, launch
from tests.api.public.serving import served

from quanyu import ledger
from quanyu.act.channel import channel_named
from quanyu.act.consent import Refusals, consented, unpersonalised
from quanyu.act.response import Response
from quanyu.act.track import Token, written
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"


@pytest.fixture
def ws(embedded) -> Workspace:
    return launch(embedded)


@pytest.fixture
def client(ws) -> Iterator[httpx.Client]:
    """Somebody's phone, and a real server before it."""
    headers = {"user-agent": PHONE, "accept-language": "en"}
    with served(ws) as url, httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        yield client


def link(ws, purpose, place=0, number=1):
    return written(Token(purpose, 1, place, number), ws.secret)


def kinds(ws):
    return sorted((one.kind, one.person_id, one.agent) for one in ledger.list_responses(ws.ledger))


def test_a_click_leads_where_the_campaign_meant_it_to_and_nowhere_else(ws, client):
    answer = client.get(f"/c/{link(ws, 'click', 1, 1)}")
    assert (answer.status_code, answer.headers["location"]) == (302, LINKS[0])
    assert client.get(f"/c/{link(ws, 'click', 1, 2)}?u=https://evil.example").headers["location"] == LINKS[1]
    assert kinds(ws) == [("clicked", "b", "person"), ("clicked", "b", "person")]
    for bad in (
        link(ws, "click", 1, 9), link(ws, "click", 99, 1), link(ws, "click", 1, 0), link(ws, "open", 1, 0),
        "https:%2f%2fevil.example", "x",
        written(Token("click", 1, 1, 1), "00" * 32),
    ):  # fmt: skip
        answer = client.get(f"/c/{bad}")
        assert answer.status_code == 404, bad
        assert "location" not in answer.headers
    assert len(kinds(ws)) == 2


def test_a_link_that_differs_from_person_to_person_leads_each_to_their_own(ws, client):
    html = '<a href="https://shop.example/">x</a><a href="https://shop.example/i/{{ item.id }}">y</a>'
    with ws.ledger.begin() as connection:
        design = {
            "links": {"mail": {"A": ["https://shop.example/", "https://shop.example/i/{{ item.id }}"]}},
            "brief": {"content": {"mail": [{"name": "A", "html": html}]}},
        }
        connection.exec_driver_sql("UPDATE campaigns SET design = ?", (json.dumps(design),))
    rows = ws.warehouse.table("messages")
    own = rows.mutate(values=ibis.literal('{"item": {"id": "') + rows.person_id + '"}}')
    ws.warehouse.replace("messages", own, by="act")
    for place, who in enumerate("ab"):
        answer = client.get(f"/c/{link(ws, 'click', place, 2)}")
        assert answer.headers["location"].startswith(f"https://shop.example/i/{who}?utm_source=")


def test_an_address_that_is_no_web_address_is_not_led_to(ws, client, monkeypatch):
    monkeypatch.setattr("tests.act.track.conftest.LINKS", ["javascript:alert(1)", "//evil.example"])
    launch(ws, people="xy", campaign="d")
    for number in (1, 2):
        assert client.get(f"/c/{written(Token('click', 2, 0, number), ws.secret)}").status_code == 404


def test_a_look_ahead_is_recorded_as_such(ws, client):
    assert client.head(f"/c/{link(ws, 'click')}").headers["location"] == LINKS[0]
    assert kinds(ws) == [("clicked", "a", "head")]


def test_the_dot_is_the_same_for_everybody(ws, client):
    known, unknown = (client.get(f"/o/{token}.gif") for token in (link(ws, "open"), "nonsense"))
    assert known.content == unknown.content
    assert known.headers["content-type"] == unknown.headers["content-type"] == "image/gif"
    assert {**known.headers, "date": ""} == {**unknown.headers, "date": ""}
    assert kinds(ws) == [("opened", "a", "person")]


def test_whoever_only_looks_is_not_unsubscribed_and_a_post_is_heard_the_same_second(ws, client):
    refusals, address = Refusals(ws), f"/u/{link(ws, 'unsubscribe')}"
    for _ in range(2):
        page = client.get(address)
        assert (page.status_code, '<form method="post"' in page.text) == (200, True)
    assert client.head(address).status_code == 200
    assert refusals.renew() == 0
    body = {"List-Unsubscribe": "One-Click"}
    done = client.post(address, data=body)
    assert done.status_code == 200
    assert "set-cookie" not in done.headers
    assert refusals.renew() == 1
    assert refusals.holds("a", "email", "a@example.com", "mail")
    (entry,) = ledger.list_consents(ws.ledger)
    assert (entry.person_id, entry.channel, entry.is_granted, entry.source) == (
        "a",
        "mail",
        False,
        "one_click",
    )
    again = client.post(address, data=body)
    assert again.text == done.text
    assert len(ledger.list_consents(ws.ledger)) == 1


def test_a_person_who_is_not_known_any_more_gets_the_same_answer(ws, client):
    known, gone = (link(ws, "unsubscribe", place) for place in (0, 77))
    assert client.get(f"/u/{known}").text.replace(known, "") == client.get(f"/u/{gone}").text.replace(
        gone, ""
    )
    assert client.post(f"/u/{known}").text == client.post(f"/u/{gone}").text
    assert client.get(f"/u/{link(ws, 'click')}").status_code == 404


def test_what_somebody_chooses_holds_at_once_and_can_be_taken_back(ws, client):
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    address = f"/p/{link(ws, 'preferences', 2)}"
    page = client.get(address)
    assert page.text.count("checked") == page.text.count("checkbox") >= 4
    assert ledger.list_consents(ws.ledger) == []
    client.post(address, data={"channel-sms": "1", "channel-call": "1"})
    said = {(one.purpose, one.channel, one.is_granted) for one in ledger.list_consents(ws.ledger)}
    assert ("personalisation", "all", False) in said
    assert ("marketing", "mail", False) in said
    assert not any(channel in {"sms", "call"} for _, channel, _ in said)
    assert ws.warehouse.read(unpersonalised(ws, now))["person_id"].to_pylist() == ["c"]
    refusals = Refusals(ws)
    assert refusals.holds("c", "email", "c@example.com", "mail")
    page = client.post(address, data={"channel-mail": "1", "personalisation": "1"})
    assert "Your choice is saved" in page.text
    assert not Refusals(ws).holds("c", "email", "c@example.com", "mail")
    assert ws.warehouse.read(unpersonalised(ws, now)).num_rows == 0
    assert ws.warehouse.read(consented(ws, "mail", now))["person_id"].to_pylist() == ["c"]
    assert (
        client.post(
            address, data={"channel-pigeon": "1", "channel-mail": "1", "personalisation": "1"}
        ).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("accepted", "language", "word"), [("zh-CN,zh;q=0.9,en;q=0.8", "zh", "退订"), ("en", "en", "Unsubscribe"), ("", "zh", "退订")]
)  # fmt: skip
def test_pages_speak_the_language_of_the_browser(ws, client, accepted, language, word):
    page = client.get(f"/u/{link(ws, 'unsubscribe')}", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in page.text
    assert word in page.text
    assert page.headers["content-language"] == language


def test_every_page_says_what_a_browser_may_do_and_runs_no_script(ws, client):
    for path in (
        f"/u/{link(ws, 'unsubscribe')}",
        f"/p/{link(ws, 'preferences')}",
        "/u/x",
        "/",
        f"/c/{link(ws, 'click')}",
    ):
        answer = client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        assert "set-cookie" not in answer.headers


def signed(body: bytes, headers) -> list[Response]:
    if headers.get("x-signature") != "right":
        raise ChannelError("The signature is wrong.")
    return [Response("bounced", key) for key in body.decode().split()]


@pytest.fixture
def hooked(monkeypatch):
    mail = replace(channel_named("mail"), receive=lambda _ws, headers, body: signed(body, headers))
    monkeypatch.setattr(
        "quanyu.api.public.public.channel_named",
        lambda name: mail if name == "mail" else channel_named(name),
    )


def test_a_provider_is_heard_once_it_is_known_to_be_the_provider(ws, client, hooked):
    assert client.post("/hook/mail", content="c:1:a", headers={"X-Signature": "wrong"}).status_code == 404
    assert client.post("/hook/pigeon", content="c:1:a").status_code == 404
    assert client.post("/hook/call", content="c:1:a").status_code == 404
    assert kinds(ws) == []
    for _ in range(2):
        assert (
            client.post("/hook/mail", content="c:1:a c:1:x", headers={"X-Signature": "right"}).status_code
            == 200
        )
    assert kinds(ws) == [("bounced", "a", "")]


def test_too_much_is_not_read_and_what_fails_often_is_not_looked_at(ws, client, hooked):
    right = {"X-Signature": "right"}
    assert client.post("/hook/mail", content=b"x" * 1_000_001, headers=right).status_code == 413
    chunks = (b"x" * 100_000 for _ in range(11))
    assert client.post("/hook/mail", content=chunks, headers=right).status_code == 413
    assert client.post(f"/u/{link(ws, 'unsubscribe')}", content=b"x" * 10_001).status_code == 413
    assert ledger.list_consents(ws.ledger) == []
    answers = [client.get("/u/nonsense").status_code for _ in range(61)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert client.post("/hook/mail", content="c:1:a", headers=right).status_code == 429


def test_one_link_that_is_followed_without_end_fills_no_disk(ws, client):
    address = f"/o/{link(ws, 'open')}.gif"
    assert {client.get(address).status_code for _ in range(130)} == {200}
    assert len(kinds(ws)) <= 120


def test_where_the_ledger_is_busy_links_still_lead_on_and_who_unsubscribes_is_told_to_try_again(
    ws, client, monkeypatch
):
    def busy(*_args, **_more):
        raise ChannelError("busy")

    monkeypatch.setattr("quanyu.act.visit.visit.record_responses", busy)
    monkeypatch.setattr("quanyu.act.visit.preference.record_responses", busy)
    assert client.get(f"/c/{link(ws, 'click')}").status_code == 302
    answer = client.post(f"/u/{link(ws, 'unsubscribe')}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


def test_whoever_has_a_link_is_heard_however_many_fail_behind_the_same_proxy(ws, client):
    while client.get("/u/nonsense").status_code != 429:
        pass
    address = f"/u/{link(ws, 'unsubscribe')}"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Refusals(ws).holds("a", "email", "a@example.com", "mail")
