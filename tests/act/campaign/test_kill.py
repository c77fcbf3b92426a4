"""Workers that are killed anywhere: nobody gets a message twice, nobody is forgotten, on both databases."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from tests.act.campaign.conftest import launched, received
from tests.act.conftest import fill_shop

from quanyu import ledger
from quanyu.act.campaign.sending import send_due

KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
import quanyu.workspace
from quanyu import ledger
from quanyu.act.campaign.sending import line, worker, journal
from quanyu.act.channel import Channel
from quanyu.act.channel.sms import channel as sms
from tests.act.campaign.conftest import Sink

root, file, point, nth = sys.argv[1:5]
line.FLUSH = 10

class Dies:
    left = int(nth)
    def __call__(self, owner, name, after):
        act = getattr(owner, name)
        def last(*arguments, **options):
            Dies.left -= 1
            if Dies.left == 0 and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            got = act(*arguments, **options)
            if Dies.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return got
        setattr(owner, name, last)

POINTS = {
    "before the claim": (ledger, "claim_sends", False),
    "after the claim": (ledger, "claim_sends", True),
    "before the note": (journal.Journal, "begun", False),
    "after the note": (journal.Journal, "begun", True),
    "before it is taken": (Sink, "take", False),
    "after it was taken": (Sink, "take", True),
    "before the end is noted": (journal.Journal, "ended", False),
    "after the end is noted": (journal.Journal, "ended", True),
    "before the commit": (ledger, "settle_sends", False),
    "after the commit": (ledger, "settle_sends", True),
    "before it is closed": (worker, "close_if_done", False),
    "never": (worker, "folder_of", True),
}
sms.CHANNEL = Channel("sms", "SMS", ("phone",), 1, open=lambda _: Sink(Path(file)))
if point != "never":
    Dies()(*POINTS[point])
ws = quanyu.workspace.open(root, clock=lambda: dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC))
worker.send_due(ws)
"""
CLEAN = ("before the claim", "after the claim", "before the note", "after the end is noted", "before the commit",
         "after the commit", "before it is closed")  # fmt: skip
"""Where a death leaves no doubt: everybody gets the message."""
OPEN = ("after the note", "before it is taken", "after it was taken", "before the end is noted")
"""Where nobody can know whether the one message in hand was taken: it is never sent again."""


@pytest.fixture
def campaign(make_workspace, sink, url, request):
    """A launched campaign on a ledger of its own."""
    ws = fill_shop(make_workspace(ledger_url=url if url.startswith("postgresql") else ""), 120)
    return ws, launched(ws)


def ended(ws, campaign):
    """What became of everybody, by status and reason."""
    return Counter(
        {(status, reason): n for _, status, reason, n in ledger.count_sends(ws.ledger, campaign.campaign_id)}
    )


@pytest.mark.parametrize("point", CLEAN + OPEN)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_worker_killed_anywhere_is_followed_by_one_that_ends_the_work(campaign, sink, point, start_apart):
    _kill_and_follow(campaign, sink, start_apart, point)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "point", ("after the claim", "after it was taken", "before the commit", "after the commit")
)
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_it_is_the_same_on_postgresql(campaign, sink, point, start_apart):
    _kill_and_follow(campaign, sink, start_apart, point)


def _kill_and_follow(campaign, sink, start_apart, point):
    ws, launch = campaign
    n = ended(ws, launch)["pending", ""]
    nth = "1" if point in ("before the claim", "after the claim", "before it is closed") else "3"
    died = start_apart(KILLED, str(ws.root), str(sink.file), point, nth)
    assert died.end() == -signal.SIGKILL
    send_due(ws)
    keys, told = received(sink), ended(ws, launch)
    assert len(keys) == len(set(keys)), "nobody twice"
    unknown = told["failed", "outcome_unknown"]
    assert unknown == (point in OPEN)
    assert told["delivered", ""] + unknown == n, "everybody is accounted for"
    assert len(keys) == told["delivered", ""] + (unknown if point in OPEN[2:] else 0)
    assert not any(ws.path("sending").iterdir())


@pytest.mark.parametrize(
    "url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_two_workers_side_by_side_one_killed_share_the_work(campaign, sink, start_apart):
    ws, launch = campaign
    n = ended(ws, launch)["pending", ""]
    both = [
        start_apart(KILLED, str(ws.root), str(sink.file), point, "20")
        for point in ("never", "before the note")
    ]
    assert both[0].end() == 0
    both[1].end()
    send_due(ws)
    keys = received(sink)
    assert len(keys) == len(set(keys)) == n == ended(ws, launch)["delivered", ""]
