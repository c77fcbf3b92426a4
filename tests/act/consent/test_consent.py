"""Whose word counts: by source, proof and time, through profile edits, files and merges, before and after a turn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from tests.act.conftest import put
from tests.conftest import written_by

from quanyu.act.consent import Refusals, consented, suppressed, unpersonalised
from quanyu.collect.consent.consent_step import consents as take_over
from quanyu.ledger import (
    ConsentEntry,
    Suppression,
    add_consents,
    add_suppressions,
    count_unmerged,
    list_suppressions,
)
from quanyu.part.told_consent import key_of
from quanyu.tables import contract
from quanyu.workspace import Workspace

START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
FORM = {"form": "paper 17"}


def day(n: int) -> dt.datetime:
    return START + dt.timedelta(days=n)


def line(who: str, is_granted: bool, n: int, **more: Any) -> dict[str, Any]:
    """A row of a file about somebody's own account."""
    return {
        "id_key": f"member:{who}", "purpose": "marketing", "channel": "mail", "is_granted": is_granted, "decided_at": day(n),
        "source": "shop", **more,
    }  # fmt: skip


def entry(who: str, is_granted: bool, n: int, **more: Any) -> ConsentEntry:
    """What somebody told the shop itself."""
    return replace(ConsentEntry(f"member:{who}", "marketing", "mail", is_granted, day(n), "page"), **more)


CASES: dict[str, tuple[list[dict[str, Any]], list[ConsentEntry], bool]] = {
    "file_yes": ([line("file_yes", True, 1)], [], True),
    "file_no_later": ([line("file_no_later", True, 1), line("file_no_later", False, 2)], [], False),
    "file_yes_later": ([line("file_yes_later", False, 1), line("file_yes_later", True, 2)], [], True),
    "at_once": ([line("at_once", True, 1), line("at_once", False, 1, source="crm")], [], False),
    "left": ([line("left", True, 1)], [entry("left", False, 2)], False),
    "left_before": ([line("left_before", True, 3)], [entry("left_before", False, 2)], False),
    "file_with_proof": ([line("file_with_proof", True, 3, proof="form 9")], [entry("file_with_proof", False, 2)], True),
    "stranger": ([line("stranger", True, 1)], [entry("stranger", False, 2), entry("stranger", True, 3)], False),
    "stranger_of_none": ([line("stranger_of_none", True, 1)], [entry("stranger_of_none", True, 3)], True),
    "back": ([line("back", True, 1)], [entry("back", False, 2), entry("back", True, 3, proof=FORM)], True),
    "gone_again": (
        [line("gone_again", True, 9)],
        [entry("gone_again", False, 2), entry("gone_again", True, 3, proof=FORM), entry("gone_again", False, 4)],
        False,
    ),
    "all_channels": ([line("all_channels", True, 1)], [entry("all_channels", False, 2, channel="all")], False),
    "other_channel": ([line("other_channel", True, 1)], [entry("other_channel", False, 2, channel="sms")], True),
    "only_here": ([], [entry("only_here", True, 2, proof=FORM)], True),
    "nothing": ([], [], False),
}  # fmt: skip


def shop(ws: Workspace) -> Workspace:
    put(ws, "people", [{"person_id": who, "n_identifiers": 1} for who in CASES])
    put(ws, "identities", [{"id_key": f"member:{who}", "kind": "member", "person_id": who} for who in CASES])
    put(ws, "consents", [row for rows, _, _ in CASES.values() for row in rows])
    add_consents(ws.ledger, [each for _, entries, _ in CASES.values() for each in entries])
    return ws


def people(ws: Workspace, rows: Any) -> set[str]:
    return set(ws.warehouse.read(rows.select("person_id"))["person_id"].to_pylist())


def agreed(ws: Workspace, channel: str = "mail") -> set[str]:
    return people(ws, consented(ws, channel, ws.now()))


def test_the_newest_word_that_counts_is_the_same_before_and_after_the_turn(workspace) -> None:
    ws = shop(written_by(workspace))
    wanted = {who for who, (_, _, is_yes) in CASES.items() if is_yes}
    assert agreed(workspace) == wanted
    take_over(ws, ws.today())
    assert count_unmerged(ws.ledger) == 0
    assert agreed(workspace) == wanted


@pytest.mark.parametrize("is_merged_first", [False, True])
def test_an_unsubscribe_survives_edits_files_and_merges(embedded, is_merged_first) -> None:
    """A link is about the contact that its message went to, whoever that belongs to later."""
    ws, mail = embedded, "bo@example.com"
    key = key_of("email", mail, ws.secret)
    put(ws, "people", [{"person_id": who, "email": mail, "n_identifiers": 1} for who in "ab"])
    ids = {"a": ["member:a", key], "b": ["member:b"]}
    put(ws, "identities", [
        {"id_key": each, "kind": each.split(":")[0], "person_id": who} for who, keys in ids.items() for each in keys
    ])  # fmt: skip
    put(ws, "consents", [line("a", True, 1), line("b", True, 1)])
    put(ws, "messages", [
        {"send_id": "c:1:a", "channel": "mail", "campaign_id": "c", "place": 0, "person_id": "a", "contact": mail,
         "values": "{}", "composed_at": day(1)}
    ])  # fmt: skip
    link = entry("", False, 2, id_key="person:a", person_id="a", send_id="c:1:a", kind="email")
    add_consents(ws.ledger, [link])
    assert agreed(ws) == {"b"}
    refusals = Refusals(ws)
    assert refusals.holds("a", "email", mail, "mail")
    if is_merged_first:
        take_over(ws, ws.today())
        assert {(one.id_key, one.reason) for one in list_suppressions(ws.ledger)} == {
            (key, "opted_out"), ("person:a", "opted_out")
        }  # fmt: skip
        refusals.renew()
        assert refusals.holds("b", "email", mail, "mail"), "the mailbox itself said no"
    # An export with everybody's yes, loaded again later; then both become one person, under the other's name.
    rows = pa.Table.from_pylist(
        [line("a", True, 5), line("b", True, 6)], schema=pa.schema(contract("consents").schema.to_pyarrow())
    )
    ws.warehouse.merge("consents", rows, by="collect")
    put(ws, "identities", [
        {"id_key": each, "kind": each.split(":")[0], "person_id": "b"} for keys in ids.values() for each in keys
    ])  # fmt: skip
    put(ws, "people", [{"person_id": "b", "email": mail, "n_identifiers": 3}])
    assert agreed(ws) == set()
    take_over(ws, ws.today())
    assert agreed(ws) == set()
    assert agreed(ws, "sms") == set()
    add_consents(ws.ledger, [entry("b", True, 7, proof=FORM)])
    assert agreed(ws) == {"b"}


def test_a_choice_against_personal_offers_counts_at_once_and_stands_in_the_record(embedded) -> None:
    ws = embedded
    put(ws, "people", [{"person_id": who, "n_identifiers": 1} for who in "ab"])
    put(ws, "identities", [{"id_key": f"member:{who}", "kind": "member", "person_id": who} for who in "ab"])
    off = entry("a", False, 2, purpose="personalisation", channel="all")
    add_consents(ws.ledger, [off])
    assert people(ws, unpersonalised(ws, ws.now())) == {"a"}
    take_over(ws, ws.today())
    assert people(ws, unpersonalised(ws, ws.now())) == {"a"}
    (member,) = ws.warehouse.read(ws.warehouse.table("members")).to_pylist()
    assert (member["id_key"], member["source"], member["is_personalised"]) == ("member:a", "quanyu", False)
    add_consents(ws.ledger, [replace(off, is_granted=True, decided_at=day(3), proof=FORM)])
    take_over(ws, ws.today())
    assert people(ws, unpersonalised(ws, ws.now())) == set()
    assert agreed(ws) == set(), "who lets the shop choose has not agreed to be written to"


def test_a_bounce_is_no_opt_out(workspace) -> None:
    ws = shop(written_by(workspace))
    add_suppressions(ws.ledger, [
        Suppression("member:file_yes", "mail", "bounced", day(2)),
        Suppression("person:nothing", "all", "manual", day(2)),
        Suppression("member:nothing", "sms", "complained", day(2)),
        Suppression("member:unknown", "mail", "bounced", day(2)),
    ])  # fmt: skip
    assert "file_yes" in agreed(workspace)
    rows = workspace.warehouse.read(suppressed(workspace, "mail").order_by("person_id")).to_pylist()
    assert {row["person_id"]: row["reason"] for row in rows} == {
        "file_yes": "bounced", "nothing": "manual",
        **dict.fromkeys(("left", "left_before", "file_with_proof", "stranger", "gone_again", "all_channels"), "opted_out"),
    }  # fmt: skip
    rows = workspace.warehouse.read(suppressed(workspace, "sms").order_by("person_id")).to_pylist()
    assert {row["person_id"]: row["reason"] for row in rows} == {
        "nothing": "complained", "other_channel": "opted_out", "all_channels": "opted_out"
    }  # fmt: skip


def test_a_sender_hears_of_it_the_same_second(embedded) -> None:
    ws = embedded
    marketing, service = Refusals(ws), Refusals(ws, is_marketing=False)
    assert not marketing.holds("a", "email", "bo@example.com", "mail")
    add_consents(ws.ledger, [entry("", False, 2, id_key=key_of("email", "bo@example.com", ws.secret))])
    assert (marketing.renew(), service.renew()) == (1, 0)
    assert marketing.holds("a", "email", "bo@example.com", "mail")
    assert not service.holds("a", "email", "bo@example.com", "mail")
    assert not marketing.holds("a", "email", "bo@example.com", "sms")
    assert marketing.renew() == 0
