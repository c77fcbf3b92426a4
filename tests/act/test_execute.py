"""Carried out once, on record: the account holds whatever is killed when."""

from __future__ import annotations

import csv
import shutil
import signal
from collections import Counter
from dataclasses import replace

import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.act.conftest import DESIGN, person

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.act.account import accounts, preview
from quanyu.act.execute import execute, waiting
from quanyu.decide.audience import propose_design, propose_own
from quanyu.errors import DecisionError
from quanyu.ledger.decision import DECISIONS
from quanyu.tables import contract
from quanyu.workspace import Workspace

N = 400
SAID = pa.schema(contract("consents").schema.to_pyarrow())

KILLED = """
import datetime as dt, os, signal, sys
import quanyu.workspace
from quanyu import ledger, loop
from quanyu.act import delivery, execute as executing, export

def dies(owner, name, after):
    act = getattr(owner, name)
    def last(*arguments, **options):
        if not after:
            os.kill(os.getpid(), signal.SIGKILL)
        act(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, last)

POINTS = {
    "before the freeze": (executing, "_rows", False),
    "inside the transaction": (ledger, "post", True),
    "after the freeze": (ledger, "deliver_due", False),
    "before the file": (executing, "write_campaign", False),
    "before the rename": (export.Path, "replace", False),
    "after the file": (executing, "write_campaign", True),
    "after the mark": (ledger, "audited", True),
    "after the delivery": (ledger, "deliver_due", True),
}
ws = quanyu.workspace.open(sys.argv[1], clock=lambda: dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC))
dies(*POINTS[sys.argv[2]])
loop.run(ws, only="act")
"""
POINTS = (
    "before the freeze", "inside the transaction", "after the freeze", "before the file", "before the rename",
    "after the file", "after the mark", "after the delivery",
)  # fmt: skip


def approved(ws: Workspace, design=DESIGN) -> str:
    proposal = propose_design(ws, design, ws.today())
    assert proposal is not None
    ledger.decide(ws.ledger, proposal.decision_id, "approved", who="wang", at=ws.now())
    return proposal.decision_id


def state(ws: Workspace, campaign_id: str):
    """Everything that must be the same however often the work was interrupted."""
    (account,) = accounts(ws)
    assert account.file is not None
    rows = ws.warehouse.table("deliveries").order_by("person_id")
    messages = ledger.count_messages(ws.ledger)
    decision = ledger.find_decision(ws.ledger, campaign_id)
    n_edits = len(ledger.list_edits(ws.ledger, record="exports"))
    return (
        account.shares, account.file.read_bytes(), ws.warehouse.read(rows).to_pylist(), messages, decision.status, n_edits,
    )  # fmt: skip


def test_an_approved_audience_is_frozen_exported_and_accounted_for(embedded, fill):
    ws = fill(embedded, N)
    decision = approved(ws)
    assert "1 approved decisions" in waiting(ws)
    before = preview(ws, DESIGN, decision)
    with ws.writing():
        execute(ws, ws.today())
    assert waiting(ws) == ""
    (account,) = accounts(ws)
    assert account.n_audience == before.n_audience == 380
    assert account.by_status["pending"] == 0
    control = [(share.reason, share.n_people) for share in account.shares if share.status != "delivered"]
    told = [(share.reason, share.n_people) for share in before.shares if share.status != "pending"]
    assert sorted(control) == sorted(told), "the lot is cast before anything is approved"
    assert account.by_status["delivered"] == before.by_status["pending"]
    assert sum(account.by_status.values()) == 380
    with account.file.open(encoding="utf-8-sig", newline="") as stream:
        listed = list(csv.DictReader(stream))
    assert len(listed) == account.by_status["delivered"]
    assert account.file.stat().st_mode & 0o077 == 0
    rows = ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()
    states = {row["person_id"]: row["status"] for row in rows}
    assert Counter(states.values()) == Counter({k: n for k, n in account.by_status.items() if n})
    assert {row["person_id"] for row in listed} == {
        who for who, status in states.items() if status == "delivered"
    }
    for row in listed:
        number = int(row["person_id"][1:])
        kind = number % 20
        assert row["contact"] == f"13{(number - 2 if kind == 4 else number):09d}"
    assert ledger.find_decision(ws.ledger, decision).status == "done"
    (edit,) = ledger.list_edits(ws.ledger, record="exports")
    assert (edit.who, edit.after["n_people"]) == ("wang", len(listed))


def test_what_cannot_be_carried_out_says_why_and_holds_up_nothing_else(make_workspace, fill):
    ws = fill(make_workspace(), N)
    good, bad = approved(ws), approved(ws, replace(DESIGN, name="Other", control_share=0.3))
    rule = {**ledger.find_decision(ws.ledger, bad).proposal, "rule": "shoe_size > 40"}
    with ws.ledger.begin() as connection:
        connection.execute(sa.update(DECISIONS).where(DECISIONS.c.decision_id == bad).values(proposal=rule))
    loop.run(ws, only="act")
    assert ledger.find_decision(ws.ledger, good).status == "done"
    held_up = ledger.find_decision(ws.ledger, bad)
    assert held_up.status == "approved"
    assert "shoe_size" in held_up.measured["reason"]
    assert waiting(ws)
    loop.decide(ws, bad, "declined", who="wang")
    assert waiting(ws) == ""
    assert len(accounts(ws)) == 1


def test_ad_platforms_get_hashes_only(make_workspace, fill):
    import hashlib

    ws = fill(make_workspace(), N)
    said = ws.warehouse.table("consents").mutate(channel=ibis.literal("ads"))
    ws.warehouse.replace("consents", said, by="collect")
    approved(ws, replace(DESIGN, kind="ads", channel="ads"))
    loop.run(ws, only="act")
    (account,) = accounts(ws)
    text = account.file.read_text("utf-8-sig")
    assert "13000000" not in text and "@" not in text and "p0000" not in text
    with account.file.open(encoding="utf-8-sig", newline="") as stream:
        hashes = {row["phone_sha256"]: row for row in csv.DictReader(stream)}
    rows = ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()
    sent = [int(row["person_id"][1:]) for row in rows if row["status"] == "delivered"]
    assert len(sent) > 100
    for number in sent:
        if number % 20 in (0, 4):
            continue
        phone = f"+8613{number:09d}"
        row = hashes[hashlib.sha256(phone.encode()).hexdigest()]
        assert row["phone_md5"] == hashlib.md5(phone[3:].encode()).hexdigest()
        assert row["email_sha256"] == hashlib.sha256(f"u{number}@example.com".encode()).hexdigest()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an uninterrupted process leaves behind, and the approved workspace to start from."""
    from tests.act.conftest import fill_shop
    from tests.conftest import NOW

    root = tmp_path_factory.mktemp("act")
    ws = fill_shop(quanyu.workspace.create(root / "start", clock=lambda: NOW), N)
    campaign = approved(ws)
    ws.close()
    shutil.copytree(root / "start", root / "straight")
    return root, campaign, carried_out(root / "straight", campaign)


def carried_out(place, campaign):
    """Carry out what was approved and return what stands in the workspace then."""
    from tests.conftest import NOW

    ws = quanyu.workspace.open(place, clock=lambda: NOW)
    loop.run(ws, only="act")
    assert waiting(ws) == ""
    stands = state(ws, campaign)
    ws.close()
    return stands


def test_an_approval_that_was_cut_off_is_given_again_by_whoever_gave_it(make_workspace, fill, monkeypatch):
    ws = fill(make_workspace(), N)
    proposal = propose_design(ws, DESIGN, ws.today())
    assert proposal is not None

    def cut_off(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "run", cut_off)
    with pytest.raises(KeyboardInterrupt):
        loop.decide(ws, proposal.decision_id, "approved", who="wang")
    monkeypatch.undo()
    with pytest.raises(DecisionError, match="is approved already"):
        loop.decide(ws, proposal.decision_id, "approved", who="li")
    for _ in range(2):
        assert loop.decide(ws, proposal.decision_id, "approved", who="wang").status == "done"
    assert len(ledger.list_edits(ws.ledger, record="decisions")) == 1
    assert len(accounts(ws)) == 1


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_anywhere_loses_nobody_and_reaches_nobody_twice(whole, point, tmp_path, start_apart):
    root, campaign, straight = whole
    shutil.copytree(root / "start", tmp_path / "killed")
    assert start_apart(KILLED, str(tmp_path / "killed"), point).end() == -signal.SIGKILL
    killed = carried_out(tmp_path / "killed", campaign)
    assert killed[:-1] == straight[:-1]
    assert killed[-1] == 1, "the export is on record once"


def test_who_takes_back_their_word_before_a_late_export_is_not_contacted(whole, tmp_path, start_apart):
    from tests.conftest import NOW

    root, *_ = whole
    place = tmp_path / "shop"
    shutil.copytree(root / "start", place)
    assert start_apart(KILLED, str(place), "after the freeze").end() == -signal.SIGKILL
    ws = quanyu.workspace.open(place, clock=lambda: NOW)
    pending = [
        who for sends in ledger.stream_sends(ws.ledger, status="pending") for who in sends["person_id"]
    ]
    refuses, switches_off = pending[:2]
    arms = {
        row["person_id"]: row["arm"]
        for row in ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()
    }
    no = {
        "id_key": f"member:{int(refuses[1:])}", "purpose": "marketing", "channel": "sms", "is_granted": False,
        "decided_at": NOW, "source": "test",
    }  # fmt: skip
    ws.warehouse.append("consents", pa.Table.from_pylist([no], schema=SAID), by="collect")
    people = ws.warehouse.table("people")
    is_on = people.is_personalised & (people.person_id != switches_off)
    ws.warehouse.replace("people", people.mutate(is_personalised=is_on), by="collect")
    loop.run(ws, only="act")
    (account,) = accounts(ws)
    rows = {row["person_id"]: row for row in ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()}
    assert [(rows[who]["status"], rows[who]["reason"]) for who in (refuses, switches_off)] == [
        ("suppressed", "no_consent"),
        ("suppressed", "personalisation_off"),
    ]
    listed = account.file.read_text("utf-8-sig")
    assert refuses not in listed and switches_off not in listed
    assert account.by_status["delivered"] == len(pending) - 2
    assert sum(account.by_status.values()) == 380
    assert {who: row["arm"] for who, row in rows.items()} == arms
    (edit,) = ledger.list_edits(ws.ledger, record="exports")
    assert edit.after["n_people"] == len(pending) - 2


def test_two_audiences_of_one_turn_do_not_contact_the_same_person(make_workspace, fill):
    ws = fill(make_workspace(), N)
    first, second = approved(ws), approved(ws, replace(DESIGN, name="again"))
    loop.run(ws, only="act")
    rows = ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()
    sent = Counter(row["person_id"] for row in rows if row["status"] == "delivered")
    assert max(sent.values()) == 1
    tired = {row["campaign_id"] for row in rows if row["reason"] == "contacted_recently"}
    assert {first, second} == tired
    assert sum(row["reason"] in ("frequency_cap", "contacted_recently") for row in rows) > 100


def test_nobody_gets_the_same_step_twice(make_workspace, fill):
    ws = fill(make_workspace(), N)
    approved(ws)
    loop.run(ws, only="act")
    before = ws.warehouse.version("deliveries")
    loop.run(ws, only="act")
    assert ws.warehouse.version("deliveries") == before
    approved(ws, replace(DESIGN, name="again"))
    loop.run(ws, only="act")
    rows = ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()
    sent = Counter(row["person_id"] for row in rows if row["status"] == "delivered")
    assert max(sent.values()) == 1, "whoever was contacted rests"
    assert person(7) in sent or person(8) in sent


def test_a_preview_of_an_own_audience_tells_who_is_kept_out_to_the_person(make_workspace, fill):
    ws = fill(make_workspace(), N)
    before = preview(ws, DESIGN)
    proposal = propose_own(ws, DESIGN)
    assert proposal is not None and proposal.decision_id == before.campaign_id
    loop.decide(ws, proposal.decision_id, "approved", who="wang")
    (account,) = accounts(ws)
    held_out = {share.reason: share.n_people for share in account.shares if share.status == "held_out"}
    assert held_out == {share.reason: share.n_people for share in before.shares if share.status == "held_out"}
