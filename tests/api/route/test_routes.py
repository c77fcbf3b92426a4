"""Programs: a key says who they are; a request with a key of its own is done once; what is wrong is told as a problem."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from tests.act.campaign.conftest import brief

from quanyu import ledger
from quanyu.act.campaign.brief import brief_of
from quanyu.api.route import application
from quanyu.api.route.caller import Door
from quanyu.part.action import RECORD, Action, Caller, action_named, perform
from quanyu.part.role import Role

KEY = {"Idempotency-Key": "one"}
BIG = {"name": "big", "rule": "monetary_amount > 10"}


@pytest.fixture
def ws(embedded):
    return embedded


def secret_of(ws, role: Role = "owner") -> str:
    made = perform(ws, action_named("add_key"), {"name": "till", "role": role}, Caller("test"))
    return str(made.secret)


def client_of(ws, role: Role = "owner") -> TestClient:
    return TestClient(
        application(ws), headers={"Authorization": f"Bearer {secret_of(ws, role)}", "Accept-Language": "en"}
    )


def ask(client: TestClient, name: str, given: Any = None, **headers: str) -> Any:
    return client.post(
        f"/api/v1/{name}",
        json=given or {},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def lines(ws, key: str) -> list[ledger.Edit]:
    return [edit for edit in ledger.list_edits(ws.ledger) if (edit.record, edit.key) == (RECORD, key)]


def test_the_audit_log_names_the_key(ws) -> None:
    assert ask(client_of(ws), "add_segment", BIG).status_code == 200
    (line,) = lines(ws, "add_segment")
    (key,) = ledger.list_keys(ws.ledger)
    assert line.who == f"till (qy_{key.prefix})" and key.used_at is not None


def test_asked_again_with_its_key_a_request_gives_the_same_answer_and_is_done_once(ws) -> None:
    client = client_of(ws)
    first, again = (client.post("/api/v1/add_segment", json=BIG, headers=KEY) for _ in range(2))
    other = client.post(
        "/api/v1/add_segment",
        content=json.dumps(BIG, indent=3),
        headers=KEY | {"content-type": "application/json"},
    )
    assert first.status_code == 200 and first.content == again.content == other.content
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    assert len(lines(ws, "add_segment")) == 1
    client.post("/api/v1/add_segment", json=BIG)
    assert len(lines(ws, "add_segment")) == 2


@pytest.mark.parametrize(
    "path, body", [("add_segment", BIG | {"name": "small"}), ("drop_segment", {"name": "big"})]
)
def test_one_key_for_two_requests_is_refused(ws, path, body) -> None:
    client = client_of(ws)
    client.post("/api/v1/add_segment", json=BIG, headers=KEY)
    answer = client.post(f"/api/v1/{path}", json=body, headers=KEY)
    assert answer.status_code == 422 and "another request" in answer.json()["detail"]


def test_keys_of_two_programs_are_two_keys(ws) -> None:
    assert client_of(ws).post("/api/v1/add_segment", json=BIG, headers=KEY).status_code == 200
    second = client_of(ws).post("/api/v1/add_segment", json=BIG | {"name": "small"}, headers=KEY)
    assert second.status_code == 200 and "idempotency-replayed" not in second.headers


def test_what_was_refused_before_it_began_may_be_asked_again_with_its_key(ws) -> None:
    client = client_of(ws)
    assert client.post("/api/v1/add_segment", json={"name": 1}, headers=KEY).status_code == 400
    assert client.post("/api/v1/add_segment", json=BIG, headers=KEY).status_code == 200
    two = {"Idempotency-Key": "two"}
    answers = [client.post("/api/v1/drop_segment", json={"name": "none"}, headers=two) for _ in range(2)]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[1].headers["idempotency-replayed"] == "true"


def test_of_two_at_once_one_is_done_and_the_other_is_told_so(ws, monkeypatch) -> None:
    begun, may_end, answers = threading.Event(), threading.Event(), list[int]()

    def wait(_ws, _given, _caller) -> int:
        begun.set()
        assert may_end.wait(20)
        return 1

    slow = Action(
        "slow", "Take long.", type(action_named("list_tables").takes()), int, wait, "viewer", said="took long"
    )
    monkeypatch.setattr("quanyu.api.route.routes.actions", lambda: (slow,))
    client = client_of(ws)
    thread = threading.Thread(
        target=lambda: answers.append(client.post("/api/v1/slow", headers=KEY).status_code)
    )
    thread.start()
    assert begun.wait(20)
    during = client.post("/api/v1/slow", headers=KEY)
    may_end.set()
    thread.join()
    assert (during.status_code, answers) == (409, [200])
    assert client.post("/api/v1/slow", headers=KEY).status_code == 200
    assert len(lines(ws, "slow")) == 1


def test_of_a_request_that_was_cut_off_nobody_does_it_again(ws) -> None:
    from quanyu.api.route.once import Once

    secret = secret_of(ws)
    (key,) = ledger.list_keys(ws.ledger)
    once = Once.of(key, secret, "one", ("add_segment", json.dumps(BIG).encode()))
    ledger.begin_answer(ws.ledger, once.answer_id, once.asked, at=ws.now() - dt.timedelta(hours=2))
    client = TestClient(
        application(ws), headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
    )
    answer = client.post("/api/v1/add_segment", json=BIG, headers=KEY)
    assert answer.status_code == 409 and "cut off" in answer.json()["hint"]
    assert not lines(ws, "add_segment")


def test_a_secret_that_was_answered_stands_nowhere_in_clear(ws) -> None:
    made = client_of(ws).post("/api/v1/add_key", json={"name": "x", "role": "viewer"}, headers=KEY)
    secret = made.json()["secret"]
    with ledger.reading(ws.ledger) as connection:
        kept = str(connection.execute(sa.text("SELECT * FROM answers")).all())
    assert "sealed" not in secret and secret not in kept and secret.partition("_")[2] not in kept


@pytest.mark.parametrize(
    "headers, status",
    [({}, 401), ({"Authorization": "Bearer qy_x_y"}, 401), ({"Authorization": "Basic eA=="}, 401)],
)
def test_without_a_key_nothing_is_answered(ws, headers, status) -> None:
    answer = TestClient(application(ws)).post("/api/v1/list_tables", json={}, headers=headers)
    assert answer.status_code == status and answer.headers["www-authenticate"] == "Bearer"


def test_a_key_that_was_revoked_or_is_over_opens_nothing_at_once(ws) -> None:
    client = client_of(ws)
    (key,) = ledger.list_keys(ws.ledger)
    assert ask(client, "list_tables").status_code == 200
    assert ask(client, "revoke_key", {"prefix": key.prefix}).status_code == 200
    assert ask(client, "list_tables").status_code == 401


def test_a_key_may_ask_so_often_a_minute_and_guessing_hinders_nobody_else(
    make_workspace, monkeypatch
) -> None:
    monkeypatch.setattr("quanyu.api.route.caller.MOST_FAILURES", 2)
    ws = make_workspace(api={"per_minute": 2})
    client, app_headers = client_of(ws), {"Authorization": "Bearer qy_0_0"}
    wrong = [client.post("/api/v1/list_metrics", headers=app_headers).status_code for _ in range(3)]
    right = [ask(client, "list_metrics") for _ in range(3)]
    assert wrong == [401, 401, 429]
    assert [one.status_code for one in right] == [200, 200, 429] and right[-1].headers["retry-after"] == "60"


def test_a_role_that_may_not_is_refused_and_that_is_on_record(ws) -> None:
    answer = ask(client_of(ws, "viewer"), "add_segment", BIG)
    assert answer.status_code == 403 and answer.headers["content-type"] == "application/problem+json"
    refused = [edit for edit in ledger.list_edits(ws.ledger) if edit.record == "refusals"]
    assert [edit.key for edit in refused] == ["add_segment"]
    assert ask(client_of(ws, "viewer"), "query", {"sql": "SELECT 1"}).status_code == 403


@pytest.mark.parametrize(
    "body, status",
    [('{"sql": "SELECT 1", "limit": 1.0}', 200), ('{"sql": "SELECT 1", "limit": "1"}', 400), ('{"sql": "SELECT 1", "x": 1}', 400),

     ("{", 400), ('{"sql": "SELEC"}', 422), ('{"sql": "SELECT 1", "limit": 0}', 400), ('["SELECT 1"]', 400),
     ('{"sql": "\\u0000"}', 422)],
)  # fmt: skip
def test_what_fits_is_done_and_what_does_not_is_a_problem(ws, body, status) -> None:
    answer = client_of(ws).post("/api/v1/query", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    if status != 200:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (
            problem["status"] == status
            and problem["detail"]
            and problem["type"].startswith("urn:quanyu:problem:")
        )


def test_problems_are_told_in_the_language_of_whoever_asks(ws) -> None:
    client = client_of(ws)
    told = {
        language: client.post(
            "/api/v1/describe_table", json={"table": "gold"}, headers={"Accept-Language": language}
        ).json()["detail"]
        for language in ("zh-CN", "en")
    }
    assert told == {"zh-CN": "没有名为“gold”的表。", "en": "There is no table 'gold'."}


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/api/v1/query", 405),
        ("POST", "/api/v1/nothing", 404),
        ("POST", "/api/v1/query/", 404),
        ("POST", "/api/v1/files/a", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(ws, method, path, status) -> None:
    answer = client_of(ws).request(method, path)
    assert answer.status_code == status and answer.json()["status"] == status


def test_other_content_and_too_much_of_it_are_refused(ws) -> None:
    client = client_of(ws)
    assert (
        client.post("/api/v1/list_tables", content=b"a=b", headers={"content-type": "text/plain"}).status_code
        == 415
    )
    assert client.post("/api/v1/list_tables", content=b" " * 1_000_001).status_code == 413


def test_files_are_handed_over_by_name_and_those_of_the_machine_are_not_reached(ws) -> None:
    client, viewer = client_of(ws), client_of(ws, "viewer")
    assert client.put("/api/v1/files/vip.txt", content=b"key\nmember:7\n").status_code == 204
    kept = ask(client, "keep_list", {"name": "vip", "kind": "key", "file": "vip.txt"})
    assert kept.json()["n_kept"] == 1, kept.text
    for path in ("/etc/passwd", "../vip.txt", "", "..", "a/../../../secret"):
        answer = ask(client, "keep_list", {"name": "vip", "kind": "key", "file": path})
        assert answer.status_code == 422 and "root:" not in answer.text, path
    assert client.get("/api/v1/files/vip.txt").content == b"key\nmember:7\n"
    assert client_of(ws, "analyst").get("/api/v1/files/vip.txt").status_code == 404
    assert viewer.put("/api/v1/files/vip.txt", content=b"x").status_code == 403


def test_a_file_that_nobody_named_lies_among_those_of_the_role_too(ws, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = ask(client_of(ws, "analyst"), "write_report")
    assert written.status_code == 200, written.text
    assert not (tmp_path / "report.html").exists()
    assert ws.path("files", "analyst", "report.html").is_file()


def test_what_nobody_foresaw_says_nothing_of_the_inside(ws, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret inside")

    broken = Action(
        "broken", "Break.", type(action_named("list_tables").takes()), int, fail, "viewer", writes=False
    )
    monkeypatch.setattr("quanyu.api.route.routes.actions", lambda: (broken,))
    client = TestClient(application(ws), headers=client_of(ws).headers, raise_server_exceptions=False)
    answer = client.post("/api/v1/broken")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_of_the_log_stays_where_it_was_while_the_log_grows(ws) -> None:
    client = client_of(ws)
    for n in range(6):
        ask(client, "add_segment", BIG | {"name": f"s{n}"})
    seen, after = list[str](), ""
    while True:
        page = ask(client, "list_audit", {"record": "segments", "limit": 2, "after": after}).json()
        seen += [line["key"] for line in page["lines"]]
        ask(client, "add_segment", BIG | {"name": f"later{len(seen)}"})
        after = page["next"]
        if not after:
            break
    assert seen == [f"s{n}" for n in reversed(range(6))]


@pytest.mark.parametrize(
    ("name", "listed"), [("list_decisions", "decisions"), ("list_campaigns", "campaigns")]
)
def test_lists_come_in_pages_that_nothing_moves(ws, name, listed) -> None:
    def propose(n: int) -> None:
        document = {ledger.OWN: True, **brief_of(brief(name=f"c{n}")).document}
        made = ledger.Proposal(f"c{n}", "campaign", ws.now().date(), document)
        ledger.propose(ws.ledger, made, at=ws.now() + dt.timedelta(minutes=n))

    for n in range(5):
        propose(n)
    client, seen, after = client_of(ws), list[str](), ""
    while True:
        page = ask(client, name, {"limit": 2, "after": after}).json()
        seen += [row.get("decision_id") or row["decision"]["decision_id"] for row in page[listed]]
        propose(10 + len(seen))
        after = page["next"]
        if not after:
            break
    assert seen == ["c4", "c3", "c2", "c1", "c0"]
    assert ask(client, name, {"after": "nobody"}).status_code == 422


def test_the_door_takes_a_secret_of_any_letters(ws) -> None:
    assert Door(ws)
    for secret in ("", "qy_", "qy__", "qy_" + "é" * 10, "x" * 5000):
        answer = TestClient(application(ws)).post(
            "/api/v1/list_metrics", headers={"Authorization": f"Bearer {secret}".encode("latin-1")}
        )
        assert answer.status_code == 401
