"""What people did and what programs did are told apart; both are kept, and nothing is judged by half."""

from __future__ import annotations

from collections import Counter

from tests.act.track.conftest import LINKS, after
from tests.conftest import written_by

from quanyu import ledger
from quanyu.act.response import Response
from quanyu.act.track import agent_of, record_responses
from quanyu.act.track.mirror import STEP, mirror_responses
from quanyu.loop import run
from quanyu.part.told_consent import key_of

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def kinds(ws, who=""):
    rows = ws.warehouse.read(ws.warehouse.table("responses")).to_pylist()
    return Counter(row["kind"] for row in rows if who in ("", row["person_id"]))


def react(kind, who, seconds, agent=PHONE, *, link="", method="GET"):
    return Response(
        kind, f"c:1:{who}", at=after(seconds), link=link, agent=agent_of(agent, method) if agent else ""
    )


def test_programs_are_told_apart_from_people_and_both_counts_stay(workspace, launch):
    ws = launch(written_by(workspace))
    told = [
        react("opened", "a", 900), react("clicked", "a", 930, link=LINKS[0]),
        react("opened", "b", 900, GMAIL), react("opened", "b", 1200, "Mozilla/5.0"),
        react("clicked", "c", 600, link=LINKS[0], method="HEAD"), react("clicked", "c", 1, link=LINKS[0]),
        react("opened", "c", 1), react("clicked", "c", 7200, link=LINKS[1]),
        *(react("clicked", "d", 300 + n, link=f"https://shop.example/{n}") for n in range(4)),
        react("clicked", "d", 4000, link=LINKS[0]),
    ]  # fmt: skip
    record_responses(ws, "mail", told)
    assert mirror_responses(workspace) == len(told)
    assert kinds(workspace, "a") == {"opened": 1, "clicked": 1}
    assert kinds(workspace, "b") == {"opened_by_proxy": 2}
    assert kinds(workspace, "c") == {"clicked_by_scanner": 2, "opened_by_proxy": 1, "clicked": 1}
    assert kinds(workspace, "d") == {"clicked_by_scanner": 4, "clicked": 1}
    assert sum(kinds(workspace).values()) == len(told)


def test_a_burst_that_goes_on_after_a_turn_is_judged_as_one(embedded, launch):
    ws = launch(embedded)
    record_responses(ws, "mail", [react("clicked", "a", 300, link=LINKS[0])])
    run(ws, only="responses")
    assert kinds(ws) == {"clicked": 1}
    record_responses(
        ws, "mail", [react("clicked", "a", 301 + n, link=f"https://x.example/{n}") for n in (0, 1)]
    )
    assert STEP.waiting(ws) == "2 reactions to messages wait"
    run(ws, only="responses")
    assert (kinds(ws), STEP.waiting(ws)) == ({"clicked_by_scanner": 3}, "")
    version = ws.warehouse.version("responses")
    run(ws, only="responses")
    assert ws.warehouse.version("responses") == version


def test_a_turn_that_is_killed_before_it_is_remembered_does_the_same_again(embedded, launch, monkeypatch):
    ws = launch(embedded)
    record_responses(ws, "mail", [react("opened", "a", 900), react("clicked", "b", 900, link=LINKS[0])])
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "mark_mirrored", lambda *_: None)
        mirror_responses(ws)
    mirror_responses(ws)
    assert kinds(ws) == {"opened": 1, "clicked": 1}


def test_a_reply_of_which_only_the_number_is_known_belongs_to_the_last_message(embedded, launch):
    ws = launch(embedded, channel="sms")
    told = [
        Response("replied", contact="13812340001", at=after(60), detail="好的"),
        Response("replied", contact="13999999999", at=after(60), detail="?"),
    ]
    record_responses(ws, "sms", told)
    mirror_responses(ws)
    (row,) = ws.warehouse.read(ws.warehouse.table("responses")).to_pylist()
    assert (row["send_id"], row["person_id"], row["detail"]) == ("c:1:b", "b", "好的")
    assert ledger.count_unmirrored(ws.ledger) == 0


def test_a_bounce_told_by_message_bars_the_mailbox_that_it_went_to(embedded, launch):
    ws = launch(embedded)
    record_responses(ws, "mail", [Response("bounced", "c:1:a", at=after(5))])
    mirror_responses(ws)
    keys = {one.id_key for one in ledger.list_suppressions(ws.ledger)}
    assert keys == {"person:a", key_of("email", "a@example.com", ws.secret)}
