"""After an erasure no byte of the workspace and no cell of its tables or records says who it was."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from tests.act.conftest import put
from tests.conftest import written_by
from tests.ledger.conftest import NUMBERS, postgres_url  # noqa: F401 - a fixture

from quanyu import ledger
from quanyu.act.consent import Refusals
from quanyu.act.erasure import ERASE, EXPORT
from quanyu.act.response import Response
from quanyu.act.track import Token, read, record_responses, written
from quanyu.act.visit import visit_of
from quanyu.errors import IdentityError
from quanyu.ledger import Campaign, ConsentEntry, Edit, KeptFit, Message, Suppression
from quanyu.part.action import Caller, perform
from quanyu.part.told_consent import key_of
from quanyu.tables import CONTRACTS, contract
from quanyu.workspace import Workspace

AT = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
NAME, PHONE, MAIL, HOME = "欧阳紫鸢", "+8613987654321", "Ziyuan.Ouyang@example.com", "成都市锦江区春熙路88号"
WRITTEN = ("13987654321", "139-8765-4321", "+86 139 8765 4321", "008613987654321")
"""How people write the number."""
NICK = "zy_ouyang_77"
CALLER = Caller("li")
"""Whoever does it."""


def keys(ws: Workspace) -> dict[str, list[str]]:
    mine = [f"taobao:{NICK}", key_of("phone", PHONE, ws.secret), key_of("email", MAIL.lower(), ws.secret)]
    return {"pzy1": mine[:2], "pzy0": mine[2:], "q1": ["taobao:other_q1"], "q2": ["taobao:other_q2"]}


def plant(ws: Workspace) -> Workspace:
    """Somebody who has left traces wherever there can be any, who was two people once, and two others who stay."""
    mine = keys(ws)["pzy1"] + keys(ws)["pzy0"]
    put(ws, "identities", [
        {"id_key": key, "kind": key.split(":")[0], "person_id": "pzy1" if who == "pzy0" else who}
        for who, held in keys(ws).items() for key in held
    ])  # fmt: skip
    put(ws, "identity_log", [
        {"log_id": "1", "decided_at": AT, "action": "merge", "person_id": "pzy0", "other_id": "pzy1",
         "id_keys": json.dumps([mine[:2], mine[2:]]), "reason": f"same phone {WRITTEN[0]}", "decided_by": "li"},
        {"log_id": "2", "decided_at": AT, "action": "create", "person_id": "q1", "id_keys": '[["taobao:other_q1"]]'},
    ])  # fmt: skip
    person = {"name": NAME, "phone": PHONE, "email": MAIL.lower()}
    put(ws, "people", [{"person_id": "pzy1", **person, "n_identifiers": 3}, {"person_id": "q1", "name": "王伟", "n_identifiers": 1},
                       {"person_id": "q2", "phone": "+8613900000002", "n_identifiers": 1}])  # fmt: skip
    put(ws, "members", [{"id_key": mine[0], "source": "crm", "member_no": "M-778899", "address": HOME, **person},
                        {"id_key": "taobao:other_q1", "source": "crm", "name": "王伟"}])  # fmt: skip
    put(ws, "links", [{"id_key": mine[0], "other_key": mine[1], "source": "crm"},
                      {"id_key": "taobao:other_q1", "other_key": "taobao:other_q2", "source": "crm"}])  # fmt: skip
    orders = [{"order_id": f"o{n}", "source": "t", "id_key": key, "ordered_at": AT, "status": "paid", "paid_amount": 10}
              for n, key in enumerate([*mine, "taobao:other_q1"])]  # fmt: skip
    put(ws, "orders", orders)
    put(ws, "events", [
        {"event_id": f"e{n}", "source": "t", "id_key": key, "name": "page_view", "occurred_at": AT, "session_id": f"s-{NICK}",
         "properties": json.dumps({"phone": WRITTEN[1], "n": n})}
        for n, key in enumerate([mine[0], "taobao:other_q1"])
    ])  # fmt: skip
    put(ws, "feedback", [{"feedback_id": "f1", "source": "t", "kind": "review", "id_key": mine[0], "said_at": AT, "score": 5,
                          "text": f"我是{NAME}，电话{WRITTEN[0]}请回电"},
                         {"feedback_id": "f2", "source": "t", "kind": "review", "id_key": "taobao:other_q1", "said_at": AT,
                          "score": 1, "text": "cc 39.9, 13900000002"}])  # fmt: skip
    put(ws, "rejects", [{"source": "t", "file": "a.csv", "file_hash": "h", "line": n, "reason": reason, "rejected_at": AT,
                         "content": content}
                        for n, (reason, content) in enumerate([
                            ("ordered_at is missing", f"1,{WRITTEN[2]},{NAME}"), (f"n_items is {WRITTEN[0]}", ""),
                            ("ordered_at is missing", "2,13900000002,王伟")], start=1)])  # fmt: skip
    put(ws, "consents", [{"id_key": key, "purpose": "marketing", "channel": "mail", "is_granted": True, "decided_at": AT,
                          "source": "t", "proof": f"form of {NAME}"} for key in (mine[0], "taobao:other_q1")])  # fmt: skip
    put(
        ws,
        "list_members",
        [{"list_id": "vip", "id_key": key, "listed_at": AT} for key in (mine[1], "taobao:other_q1")],
    )
    put(
        ws,
        "findings",
        [{"table": "orders", "column": "id_key", "check": "new", "examples": json.dumps([mine[0]])}],
    )
    put(ws, "visits", [{"id_key": mine[0], "channel": "app", "session_id": "s", "began_at": AT, "ended_at": AT,
                        "began_on": AT.date(), "ended_on": AT.date(), "n_events": 1}])  # fmt: skip
    put(
        ws,
        "rfm",
        [{"person_id": who, "as_of": AT.date(), "group": "lost", "fit_id": "f"} for who in ("pzy1", "q1")],
    )
    put(
        ws,
        "segment_members",
        [{"segment_id": "vip", "person_id": who, "as_of": AT.date()} for who in ("pzy1", "q1")],
    )
    put(ws, "segment_changes", [{"segment_id": "vip", "person_id": "pzy1", "change": "entered", "changed_at": AT,
                                 "as_of": AT.date()}])  # fmt: skip
    sends = [("pzy1", "pending"), ("q1", "delivered")]
    put(ws, "deliveries", [{"send_id": f"c:1:{who}", "campaign_id": "c", "step": "1", "arm": "treated", "person_id": who,
                            "channel": "mail", "status": status, "why": "city = 成都", "place": n, "sent_at": AT}
                           for n, (who, status) in enumerate(sends)])  # fmt: skip
    put(
        ws,
        "responses",
        [
            {"send_id": f"c:1:{who}", "person_id": who, "kind": "opened", "responded_at": AT}
            for who, _ in sends
        ],
    )
    put(ws, "messages", [{"send_id": "c:1:pzy1", "channel": "mail", "campaign_id": "c", "place": 0, "person_id": "pzy1",
                          "contact": MAIL, "values": json.dumps({"name": NAME}), "composed_at": AT}])  # fmt: skip
    for name in (
        "people",
        "consents",
    ):  # an earlier version that a merge has left behind, and its lists of changes
        rows = ws.warehouse.read(ws.warehouse.table(name).limit(1))
        ws.warehouse.merge(name, rows, by=contract(name).owner)
    _records(ws, mine)
    _files(ws)
    return ws


def _records(ws: Workspace, mine: list[str]) -> None:
    states = (("pzy1", "pending"), ("q1", "delivered"))
    rows = [{"campaign_id": "c", "step": "1", "person_id": who, "arm": "treated", "channel": "mail", "status": status,
             "reason": "", "why": f"name = {NAME}", "changed_at": AT} for who, status in states]  # fmt: skip
    design = {"note": f"not to {MAIL}", "rule": "frequency >= 2"}
    made = Campaign("c", "c", "Spring", "message", "mail", "sending", design, AT)
    with ws.ledger.begin() as connection:
        ledger.freeze(connection, made, [rows])
        payload = {"to": [MAIL, {"person": "pzy1"}], "text": f"你好，{NAME}"}
        ledger.post(connection, [Message("alerts", "c:1:pzy1", payload)], at=AT)
        ledger.audited(
            connection, Edit(AT, "li", "identity_log", "1", None, {"person_id": "pzy1", "id_keys": mine})
        )
    ledger.keep_fit(ws.ledger, KeptFit("rfm", AT, parameters={"examples": ["pzy1", "q1"]}))
    ledger.add_consents(
        ws.ledger, [ConsentEntry(mine[2], "marketing", "mail", False, AT, "page", person_id="pzy1")]
    )
    ledger.add_suppressions(ws.ledger, [Suppression(mine[1], "sms", "bounced", AT, f"no {WRITTEN[0]}")])
    record_responses(ws, "mail", [Response("opened", "c:1:pzy1", at=AT), Response("opened", "c:1:q1", at=AT)])
    given = {"who": "pzy1", "id": mine[0]}
    record = ledger.begin_load(
        ws.ledger, file_name=f"{NAME}.csv", file_hash="h", layout="l", at=AT, reading=given
    )
    ledger.fail_load(ws.ledger, record.load_id, f"{WRITTEN[1]} is no time", at=AT)


def _files(ws: Workspace) -> None:
    digests = [hashlib.sha256(value.encode()).hexdigest() for value in (PHONE, MAIL.lower())]
    files = {
        "exports/c.csv": f"\ufeffperson_id,name,contact\npzy1,{NAME},{WRITTEN[0]}\nq1,王伟,13900000002\n",
        "exports/ads.csv": f"phone_sha256,email_sha256\n{digests[0]},\n,{digests[1]}\naa,bb\n",
        "report.html": f"<p>{NAME}</p>",
        ".quanyu/tmp/left/x.bin": PHONE,
        ".quanyu/kept/people/1/part.parquet": "pzy1",
        ".quanyu/logs/console.log": "GET /people/pzy1\nGET /people/q1\n",
    }
    for name, text in files.items():
        file = ws.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (ws.root / "gbk.csv").write_text(f"姓名,备注\n{NAME},x\n王伟,y\n", encoding="gb18030")


def traces(ws: Workspace) -> dict[str, re.Pattern[str]]:
    """What must be found nowhere, each by a pattern of its own."""
    mine = keys(ws)["pzy1"] + keys(ws)["pzy0"]
    plain = [NAME, MAIL, HOME, NICK, "M-778899", "pzy0", "pzy1", *mine, *(key.split(":")[1] for key in mine)]
    numbers = r"139\D{0,2}8765\D{0,2}4321"
    digests = [hashlib.sha256(value.encode()).hexdigest() for value in (PHONE, MAIL.lower())]
    return {word: re.compile(re.escape(word), re.IGNORECASE) for word in (*plain, *digests)} | {
        "number": re.compile(numbers)
    }


def said(ws: Workspace) -> Iterator[tuple[str, str]]:
    """Yield all that is written anywhere: bytes of every file in each encoding, cells of every Parquet file, all records."""
    for file in sorted(ws.root.rglob("*")):
        if file.is_file():
            content, name = file.read_bytes(), file.relative_to(ws.root).as_posix()
            yield name, name
            for encoding in ("utf-8", "gb18030", "utf-16-le"):
                yield name, content.decode(encoding, "replace")
            if file.suffix == ".parquet" and content[:4] == b"PAR1":
                yield name, str(pq.read_table(file).to_pylist())
    for name, rows in ledger.find_records(ws.ledger, re.compile("")).items():
        yield f"ledger {name}", json.dumps(rows, default=str, ensure_ascii=False)


def found(ws: Workspace) -> set[tuple[str, str]]:
    sought = traces(ws)
    return {
        (name, word) for name, text in said(ws) for word, pattern in sought.items() if pattern.search(text)
    }


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def on(request: pytest.FixtureRequest, make_workspace: Callable[..., Workspace]) -> Iterator[Workspace]:
    """Return a workspace on each database."""
    if request.param == "sqlite":
        yield make_workspace()
        return
    server: sa.URL = request.getfixturevalue("postgres_url")
    name = f"erasure_{next(NUMBERS)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        ws = make_workspace(ledger_url=server.set(database=name).render_as_string(hide_password=False))
        yield ws
        ws.close()
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def test_nothing_that_says_who_it_was_is_left(on) -> None:
    ws = plant(on)
    before = {name for name, _ in found(ws)}
    assert {
        "ledger audit",
        "ledger outbox",
        "ledger sends",
        "ledger campaigns",
        "ledger fits",
        "exports/c.csv",
        "gbk.csv",
    } <= before
    assert {word for _, word in found(ws)} == traces(ws).keys(), "the scan finds what was planted"
    done = perform(ws, ERASE, {"person": f"taobao:{NICK}"}, CALLER)
    assert done.records["audit"] == 1
    assert set(done.files) == {
        "exports/ads.csv",
        "exports/c.csv",
        "gbk.csv",
        "report.html",
        ".quanyu/logs/console.log",
    }
    assert found(ws) == set()
    with pytest.raises(IdentityError):
        perform(ws, ERASE, {"person": "pzy1"}, CALLER)
    (line,) = ledger.list_edits(ws.ledger, record="actions")
    assert (line.who, line.after["said"]) == ("li", "erased one person")
    with pytest.raises(Exception, match="append-only"), ws.ledger.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit")


def test_others_stay_as_they_were_and_every_sum_adds_up(embedded) -> None:
    ws = plant(embedded)
    n = {name: ws.warehouse.count(name) for name in CONTRACTS if ws.warehouse.exists(name)}
    states = ledger.count_states(ws.ledger)
    perform(ws, ERASE, {"person": "pzy1"}, CALLER)
    for name in ("orders", "events", "feedback", "rejects", "deliveries", "visits", "findings"):
        assert ws.warehouse.count(name) == n[name], name
    assert ledger.count_states(ws.ledger) == {"c": {"suppressed": 1, "delivered": 1}} != states
    rows = {name: ws.warehouse.read(ws.warehouse.table(name)).to_pylist() for name in n}
    assert [row["person_id"] for row in rows["people"]] == ["q1", "q2"]
    assert [row["name"] for row in rows["members"]] == ["王伟"]
    assert [row["text"] for row in rows["feedback"]] == [None, "cc 39.9, 13900000002"]
    assert [row["content"] for row in rows["rejects"]][-1] == "2,13900000002,王伟"
    assert sum(row["paid_amount"] for row in rows["orders"]) == 40
    assert [row["id_key"] for row in rows["orders"]] == [None, None, None, "taobao:other_q1"]
    assert {row["status"] for row in rows["deliveries"]} == {"suppressed", "delivered"}
    assert "王伟,13900000002" in (ws.root / "exports/c.csv").read_text("utf-8")
    assert (ws.root / "gbk.csv").read_text("gb18030") == "姓名,备注\n王伟,y\n"
    fit = ledger.list_fits(ws.ledger)[0].parameters["examples"]
    assert fit[1] == "q1"
    sends = {columns for part in ledger.stream_sends(ws.ledger) for columns in part["person_id"]}
    assert sends == {row["person_id"] for row in rows["deliveries"]}, (
        "both say the same of the sends that stay"
    )


def test_a_running_sender_and_late_answers_pass_over_who_was_erased(embedded) -> None:
    ws = plant(embedded)
    refusals = Refusals(ws)
    link = written(Token("unsubscribe", 1, 0), ws.secret)
    perform(ws, ERASE, {"person": "pzy1"}, CALLER)
    refusals.renew()
    assert refusals.holds("pzy1", "email", "else@example.com", "mail")
    assert refusals.holds("else", "phone", PHONE, "sms")
    assert not refusals.holds("q1", "email", "q1@example.com", "mail")
    assert read(link, ws.secret) is not None
    visit = visit_of(ws, link, "unsubscribe")
    assert visit is not None
    assert visit.send is None
    late = [Response("replied", contact=WRITTEN[0], detail="R", at=AT), Response("opened", "c:1:pzy1", at=AT)]
    assert record_responses(ws, "sms", late) == 0
    assert found(ws) == set()


def test_both_engines_take_out_the_same(workspace) -> None:
    """What Spark reads is written by the other engine, and taken out by itself."""
    written_by(workspace)
    plant(written_by(workspace))
    perform(workspace, ERASE, {"person": "pzy1"}, CALLER)
    assert found(workspace) == set()
    assert workspace.warehouse.count("orders") == 4


def test_whoever_is_killed_in_between_goes_on(embedded, monkeypatch) -> None:
    ws = plant(embedded)
    from quanyu.act.erasure import table

    erase, done = table.erase, list[str]()

    def cut(warehouse: Any, name: str, *args: Any) -> int:
        if len(done) == 12:
            raise KeyboardInterrupt
        done.append(name)
        return erase(warehouse, name, *args)

    monkeypatch.setattr(table, "erase", cut)
    with pytest.raises(KeyboardInterrupt):
        perform(ws, ERASE, {"person": "pzy1"}, CALLER)
    monkeypatch.undo()
    perform(ws, ERASE, {"person": "pzy1"}, CALLER)
    assert found(ws) == set()


def test_everything_about_somebody_is_exported_and_nothing_of_others(embedded) -> None:
    ws = plant(embedded)
    told = perform(ws, EXPORT, {"person": "pzy0"}, CALLER)
    assert told.person_ids == ("pzy0", "pzy1")
    assert set(told.id_keys) == {*keys(ws)["pzy1"], *keys(ws)["pzy0"]}
    assert {
        "people",
        "members",
        "orders",
        "events",
        "feedback",
        "messages",
        "deliveries",
        "responses",
        "segment_members",
    } <= set(told.tables)
    assert {"consent_entries", "sends", "suppressions", "audit", "responses"} <= set(told.records)
    assert len(told.tables["orders"]) == 3
    assert "other_q1" not in json.dumps([dict(told.tables), dict(told.records)], default=str)


def test_the_number_of_a_household_stays_with_who_is_left(embedded) -> None:
    ws = plant(embedded)
    rows = ws.warehouse.read(ws.warehouse.table("members")).to_pylist()
    rows[1]["phone"] = PHONE
    put(ws, "members", rows)
    perform(ws, ERASE, {"person": "pzy1"}, CALLER)
    (left,) = ws.warehouse.read(ws.warehouse.table("members")).to_pylist()
    assert (left["id_key"], left["phone"]) == ("taobao:other_q1", PHONE)
