"""The step that brings in what people told the shop itself."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu.collect.consent.consent_step import STEP
from quanyu.ledger import ConsentEntry, add_consents, mark_merged
from quanyu.loop import run

AT = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def test_the_step_is_due_while_something_waits_and_harmless_when_done_again(embedded) -> None:
    ws = embedded
    assert STEP.waiting(ws) == ""
    words = [(True, "mail"), (False, "mail"), (True, "sms")]
    add_consents(ws.ledger, [
        ConsentEntry("member:1", "marketing", channel, yes, AT, "page", text_version="v2", proof={"form": 9})
        for yes, channel in words
    ])  # fmt: skip
    assert STEP.waiting(ws) == "3 decisions of people about messages wait"
    done = {ran.step: ran.status for ran in run(ws)}
    assert (done["consents"], STEP.waiting(ws)) == ("done", "")
    rows = ws.warehouse.read(ws.warehouse.table("consents").order_by("decided_at", "channel")).to_pylist()
    assert [(row["is_granted"], row["channel"], row["source"], row["proof"]) for row in rows] == [
        (True, "mail", "quanyu", '{"form": 9}'), (True, "sms", "quanyu", '{"form": 9}'), (False, "mail", "quanyu", '{"form": 9}')
    ]  # fmt: skip
    (person,) = ws.warehouse.read(ws.warehouse.table("people")).to_pylist()
    assert person["n_identifiers"] == 1, "whoever tells something is somebody"
    version = ws.warehouse.version("consents")
    mark_merged(ws.ledger, 0)
    assert {ran.step: ran.status for ran in run(ws)}["consents"] == "done"
    assert ws.warehouse.version("consents") == version


def test_a_turn_that_is_killed_before_it_is_remembered_does_the_same_again(embedded, monkeypatch) -> None:
    ws = embedded
    add_consents(ws.ledger, [ConsentEntry("member:1", "marketing", "mail", False, AT, "page")])
    with monkeypatch.context() as patch:
        patch.setattr("quanyu.ledger.mark_merged", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(ws, only="consents")
    assert (ws.warehouse.count("consents"), bool(STEP.waiting(ws))) == (1, True)
    run(ws, only="consents")
    assert (ws.warehouse.count("consents"), STEP.waiting(ws)) == (1, "")
