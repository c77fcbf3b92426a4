"""What was posted becomes rows: once, whoever else writes and wherever it is killed, and nothing of anybody who was erased."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import Counter

import pytest

import quanyu.workspace
from quanyu.collect.collector.drain import draining as drained
from quanyu.collect.collector.drain import waiting_bytes
from quanyu.collect.collector.log import Entry, segments
from quanyu.collect.collector.log import log as written
from quanyu.collect.collector.message import Posted
from quanyu.errors import OvertakenError
from quanyu.ledger import Suppression, add_suppressions
from quanyu.part.told_consent import tomb_of
from quanyu.tables.owned.people import ALL_CHANNELS
from quanyu.tables.view.reason_words import DAMAGED
from quanyu.warehouse import Basis
from quanyu.warehouse.delta import delta

from .conftest import AT, read, said


def ids(rows) -> Counter:
    return Counter(row["event_id"] for row in rows("events"))


def test_an_event_becomes_a_row_with_its_item_and_value(post, brought, rows):
    post(
        said(1, session_id="s1", properties={"product_id": "sku-1", "price": 9.9, "quantity": 3, "phone": "13812345678"},
             context={"campaign": {"medium": "email", "name": "spring"}}),
        said(2, properties={"products": [{"sku": 7, "price": "12.50"}], "currency": "cny"}),
        said(3, properties={"revenue": 88, "products": [{"sku": 1}, {"sku": 2}]}),
    )  # fmt: skip
    assert vars(brought()) == {
        "n_requests": 1,
        "n_messages": 3,
        "n_events": 3,
        "n_refused": 0,
        "n_damaged": 0,
    }
    first, second, third = sorted(rows("events"), key=lambda row: row["event_id"])
    assert (first["id_key"], first["source"], first["session_id"]) == ("user:17", "shop", "s1")
    assert (first["item_id"], first["n_items"], str(first["value_amount"])) == ("sku-1", 3, "29.70")
    assert (first["channel"], first["campaign_id"]) == ("email", "spring")
    assert "13812345678" not in first["properties"]
    assert (second["item_id"], str(second["value_amount"]), second["currency"]) == ("7", "12.50", "CNY")
    assert (third["item_id"], str(third["value_amount"])) == (None, "88.00")


def test_draining_again_brings_nothing_and_makes_no_version(post, brought, embedded, rows):
    post(said(1))
    brought()
    version = embedded.warehouse.version("events")
    assert brought().n_requests == 0
    post(said(1), said(1))
    assert brought().n_events == 0
    assert embedded.warehouse.version("events") == version
    assert ids(rows) == {"m1": 1}
    post(said(1), source="other")
    brought()
    assert ids(rows) == {"m1": 2}


def test_who_says_who_they_are_becomes_links_and_a_member(post, brought, rows):
    post(
        said(1, kind="identify", name="identify", ids={"user": "17", "cookie": "c1"}, also={"phone": "13812345678"},
             traits={"name": "李雷", "phone": "138 1234 5678", "gender": "男", "birthday": "1990-02-30"}),
        said(2, kind="alias", name="alias", ids={"user": "17"}, also={"cookie": "c2"}),
        said(3, ids={"user": "17", "device": "d1"}),
        said(4, kind="identify", name="identify", traits={"city": "成都", "name": "李磊"}),
    )  # fmt: skip
    brought()
    links = {row["other_key"].partition(":")[0]: row for row in rows("links")}
    assert {row["id_key"] for row in links.values()} == {"user:17"}
    assert {kind: row["is_verified"] for kind, row in links.items() if kind != "cookie"} == {
        "phone": True,
        "device": False,
    }
    assert len(rows("links")) == 4
    assert "13812345678" not in json.dumps([row["other_key"] for row in rows("links")])
    (member,) = rows("members")
    told = {name: member[name] for name in ("id_key", "name", "phone", "sex", "born_on", "city")}
    assert told == {
        "id_key": "user:17", "name": "李磊", "phone": "+8613812345678", "sex": "male", "born_on": None, "city": "成都",
    }  # fmt: skip
    assert ids(rows) == {"m3": 1}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"occurred_at": 0}, "occurred_at is 1970-01-01 00:00:00+00:00, before 1990-01-01"),
        ({"occurred_at": AT + 10**13 * 5}, "in the future"),
        ({"occurred_at": 2**62}, "cannot be read as a time"),
        ({"properties": {"value": "about 3"}}, "value_amount is about 3, which cannot be read as an amount"),
        ({"properties": {"value": 1, "currency": "gold"}}, "currency is gold"),
        ({"ids": {"user": "1.23457E+18"}}, "in scientific notation: digits are lost"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(post, brought, rows, wrong, reason):
    post(said(1), said(2, **wrong))
    assert brought().n_refused == 1
    assert ids(rows) == {"m1": 1}
    (reject,) = rows("rejects")
    assert reason in reject["reason"]
    assert reject["source"] == "shop"


def test_what_is_no_event_is_kept_masked(post, brought, rows):
    post({"reason": "The event has no name.", "content": "call 13812345678"}, said(1))
    brought()
    (reject,) = rows("rejects")
    assert (reject["reason"], reject["content"]) == ("The event has no name.", "call 138****5678")


def test_a_request_that_no_format_can_read_holds_up_nobody(log, post, brought, rows):
    asyncio.run(log.keep(Posted("shop", "plain", AT, b"\xff{")))
    post(said(1))
    assert brought().n_refused == 1
    assert ids(rows) == {"m1": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"session_id": "\ud800"},
        {"message_id": "\udfff"},
        {"properties": {"note": "\ud83d"}},
        {"ids": {"user": "a\ud800"}},
        {"properties": {"value": 1e300}},
        {"properties": {"quantity": 10**14, "price": 10**14}},
        {"kind": "identify", "traits": {"name": "\ud800"}},
    ],
)
def test_whatever_is_wrong_with_a_message_those_behind_it_are_brought(post, brought, rows, wrong):
    post(said(1, **wrong), said(2))
    post(said(3))
    assert brought().n_refused == 1
    assert ids(rows) == {"m2": 1, "m3": 1}


def test_damage_is_told_and_costs_one_request(log, post, brought, rows, embedded):
    for n in range(3):
        post(said(n))
    (segment,) = segments(embedded.root / "collector")
    content = bytearray(segment.path.read_bytes())
    content[content.index(b"m1")] ^= 1
    segment.path.write_bytes(content)
    assert brought().n_damaged == 1
    assert ids(rows) == {"m0": 1, "m2": 1}
    assert rows("rejects")[0]["reason"] == DAMAGED


def test_files_in_the_tables_go_after_their_days(log, post, brought, embedded, monkeypatch):
    monkeypatch.setattr(written.Log, "_is_old", lambda self, file: True)
    for n in range(4):
        post(said(n))
    assert waiting_bytes(embedded) > 0
    brought()
    assert waiting_bytes(embedded) == 0
    listed = segments(embedded.root / "collector")
    assert len(listed) == 4
    for segment in listed:
        os.utime(segment.path, (0, 0))
    brought()
    assert [segment.number for segment in segments(embedded.root / "collector")] == [4]
    post(said(9))
    assert brought().n_events == 1


def bury(ws, *keys: str) -> None:
    add_suppressions(
        ws.ledger, [Suppression(tomb_of(key, ws.secret), ALL_CHANNELS, "erased", ws.now()) for key in keys]
    )


def test_an_event_of_somebody_who_was_erased_is_blocked_and_leaves_the_log(post, brought, rows, embedded):
    bury(embedded, "user:gone-person")
    post(
        said(1),
        said(2, user="gone-person", properties={"secret": "of mine"}),
        said(3, ids={"cookie": "c", "user": "gone-person"}),
    )
    post(said(4))
    brought()
    assert ids(rows) == {"m1": 1, "m4": 1}
    assert {(row["reason"], row["content"]) for row in rows("rejects")} == {
        ("it is about somebody who was erased", "")
    }
    (segment,) = segments(embedded.root / "collector")
    assert b"gone-person" not in segment.path.read_bytes()
    assert b'"m4"' in segment.path.read_bytes()


class Killed(BaseException):
    """The process ends here."""


def steps(monkeypatch, act) -> None:
    """Let `act(number)` be called before and after everything that a drain writes."""
    count = [0]

    def around(module, name):
        real = getattr(module, name)

        def stepped(*args, **more):
            count[0] += 1
            act(count[0])
            made = real(*args, **more)
            count[0] += 1
            act(count[0])
            return made

        monkeypatch.setattr(module, name, stepped)

    around(delta, "commit")
    around(drained.pq, "write_table")
    around(Entry, "blank")
    around(drained, "again")


def posts(post, n: int) -> None:
    user = f"user{n}"
    post(
        said(f"{n}.1", ids={"user": user, "cookie": f"c{n}"}),
        said(f"{n}.2", occurred_at=n),
        said(f"{n}.3", user="gone-person"),
    )
    post(
        said(f"{n}.4", kind="identify", name="identify", user=user, traits={"name": f"李{n}"}), said(f"{n}.1")
    )


def state(rows, embedded, n: int) -> list[object]:
    """What there is of the posts of one turn, and all that was refused in so many turns."""
    (segment,) = segments(embedded.root / "collector")
    return [
        ids(rows)[f"m{n}.1"],
        sum(row["id_key"] == f"user:user{n}" for row in rows("links")),
        [row["name"] for row in rows("members") if row["id_key"] == f"user:user{n}"],
        len(rows("events")),
        len(rows("rejects")),
        b"gone-person" in segment.path.read_bytes(),
    ]


@pytest.fixture
def other(embedded):
    """The same workspace as another process has it."""
    opened = quanyu.workspace.open(embedded.root, clock=embedded.clock)
    yield opened
    opened.close()


def without_gate(ws) -> None:
    drained.drain_inside(ws, read, drained.judge_of(ws))


@pytest.mark.parametrize("ending", ["killed", "overtaken"])
def test_a_kill_or_another_drain_between_any_two_steps_neither_loses_nor_doubles(
    post, embedded, other, rows, ending
):
    bury(embedded, "user:gone-person")
    number, reached = 0, True
    while reached:
        number, reached = number + 1, False
        posts(post, number)

        def act(step: int, stop: int = number) -> None:
            nonlocal reached
            if step == stop:
                reached = True
                if ending == "killed":
                    raise Killed
                without_gate(other)

        with pytest.MonkeyPatch.context() as patched:
            steps(patched, act)
            with contextlib.suppress(Killed):
                without_gate(embedded)
        without_gate(other)
        assert state(rows, embedded, number) == [1, 1, [f"李{number}"], number, 2 * number, False], number
    assert number > 10


def test_a_drain_that_is_overtaken_takes_only_the_rest(post, embedded, other, rows, monkeypatch):
    """Two that see different ends of one log: each record is taken by one of them."""
    post(said(1))
    real = delta.commit

    def later(*args, **more):
        monkeypatch.setattr(delta, "commit", real)
        post(said(2), said(1))
        without_gate(other)
        return real(*args, **more)

    monkeypatch.setattr(delta, "commit", later)
    without_gate(embedded)
    assert ids(rows) == {"m1": 1, "m2": 1}


def test_a_write_that_builds_on_an_older_version_is_refused(embedded, other, post, brought):
    post(said(1))
    brought()
    basis = Basis(other.warehouse.newest("events"))
    post(said(2))
    brought()
    with pytest.raises(OvertakenError):
        other.warehouse.replace("events", other.warehouse.table("events"), by="collect", basis=basis)
    assert other.warehouse.count("events") == 2


def test_a_turn_reads_what_its_first_step_found(embedded, other, post):
    post(said(1))
    without_gate(other)
    embedded.warehouse.pin(["events"])
    before = embedded.warehouse.version("events")
    post(said(2))
    without_gate(other)
    assert embedded.warehouse.count("events") == 1
    assert embedded.warehouse.version("events") == before
    assert (
        embedded.warehouse.moved("events", before) == ((), ())
        or embedded.warehouse.moved("events", before) is not None
    )
    embedded.warehouse.unpin()
    assert embedded.warehouse.count("events") == 2
    assert embedded.warehouse.version("events") > before
