"""Serving: health, figures and a log without anybody's link in it; what was begun ends before the program does."""

from __future__ import annotations

import json
import logging
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from quanyu.api.serve import Surround
from quanyu.api.serve.surround import Lines
from quanyu.part.action import Caller, action_named, perform
from quanyu.part.process import Process, processes
from quanyu.web.page import pages


@pytest.fixture
def ws(embedded):
    return embedded


@pytest.fixture
def lines() -> list[dict]:
    """What is logged while the test runs."""
    told: list[dict] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(json.loads(self.format(record)))

    handler, logger = Kept(), logging.getLogger("quanyu")
    handler.setFormatter(Lines())
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.INFO)
    yield told
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_every_process_is_found_where_it_is_declared() -> None:
    assert {"api", "collector", "public", "worker", "scheduler"} <= set(processes())


def test_no_process_takes_the_path_of_a_page() -> None:
    """Beside the console each has its own paths, however those of trackers are called."""
    served = [process for process in processes().values() if process.application]
    assert not [(page.path, one.name) for page in pages() for one in served if one.has(page.path)]
    assert not [
        (one.name, path)
        for one in served
        for other in served
        if one is not other
        for path in one.paths
        if other.has(path)
    ]


def test_what_is_posted_beside_everything_else_becomes_rows(ws, monkeypatch) -> None:
    """The one program of a laptop takes events and brings them into the tables by itself."""
    monkeypatch.setattr("quanyu.api.collector.process.DRAIN_SECONDS", 0.01)
    source = perform(ws, action_named("add_source"), {"name": "site", "kind": "segment"}, Caller("t"))
    with TestClient(Surround(Starlette(), ws, ["collector", "public", "api"])) as client:
        event = {"type": "track", "event": "view", "userId": "17", "messageId": "m-1"}
        answer = client.post("/v1/track", json=event, auth=(source.write_key, ""))
        assert answer.status_code == 200
        assert client.get("/engage").status_code == 404
        deadline = time.monotonic() + 60
        while not ws.warehouse.count("events") and time.monotonic() < deadline:
            time.sleep(0.01)
    assert ws.warehouse.read(ws.warehouse.table("events").select("source", "event_id")).to_pylist() == [
        {"source": "site", "event_id": "m-1"}
    ]


def test_health_and_figures_are_told_and_figures_only_to_a_key(ws) -> None:
    secret = perform(
        ws, action_named("add_key"), {"name": "prometheus", "role": "viewer"}, Caller("t")
    ).secret
    with TestClient(Surround(Starlette(), ws, ["public"])) as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/metrics").status_code == 401
        client.get("/nowhere")
        told = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).text
        assert client.get("/health/metrics").status_code == 401
    assert 'quanyu_requests_total{method="GET",place="/",status="404"} 1.0' in told
    assert 'quanyu_outbox{status="waiting"} 0.0' in told


def test_health_fails_while_the_ledger_cannot_be_read(ws, monkeypatch) -> None:
    from quanyu.errors import StorageError

    def fail(*_: object, **__: object) -> None:
        raise StorageError("gone")

    client = TestClient(Surround(Starlette(), ws))
    monkeypatch.setattr("quanyu.ledger.count_messages", fail)
    assert client.get("/health").status_code == 503


def test_the_log_names_requests_and_nobody(ws, lines) -> None:
    client = TestClient(Surround(Starlette(), ws, ["public", "api"]))
    token = "zhang-san-13800138000"
    answers = [
        client.get(f"/u/{token}", headers={"X-Request-ID": "from-a-proxy-1"}),
        client.get(f"/people/{token}?phone=13800138000", headers={"X-Request-ID": 'x"\n{'}),
        client.post(
            "/api/v1/query", json={"sql": f"SELECT '{token}'"}, headers={"Authorization": f"Bearer {token}"}
        ),
    ]
    assert answers[0].headers["x-request-id"] == "from-a-proxy-1" == lines[0]["request"]
    assert len(answers[1].headers["x-request-id"]) == 32
    assert [line["place"] for line in lines] == ["/", "/", "/api/v1/query"]
    assert "13800138000" not in json.dumps(lines) and "zhang" not in json.dumps(lines)


def test_what_was_begun_ends_before_the_program_does(ws, monkeypatch) -> None:
    begun, done = threading.Event(), list[str]()

    def work(_ws, stop: threading.Event) -> None:
        begun.set()
        assert stop.wait(30)
        done.append("ended")

    monkeypatch.setattr("quanyu.api.serve.surround.processes", lambda: {"slow": Process("slow", work=work)})
    with TestClient(Surround(Starlette(), ws, ["slow"])) as client:
        assert begun.wait(30)
        assert client.get("/health").status_code == 200
        assert not done
    assert done == ["ended"]


def test_work_that_fails_is_told_without_its_words_and_goes_on(ws, monkeypatch, lines) -> None:
    tried = threading.Event()

    def work(_ws, stop: threading.Event) -> None:
        tried.set()
        raise RuntimeError("13800138000")

    monkeypatch.setattr("quanyu.api.serve.surround.processes", lambda: {"bad": Process("bad", work=work)})
    with TestClient(Surround(Starlette(), ws, ["bad"])):
        assert tried.wait(30)
    assert any(line.get("error") == "RuntimeError" for line in lines) and "13800138000" not in json.dumps(
        lines
    )
