"""Messages in a slot: shown to whom they are for and to nobody else, so often and so long, and all is accounted for."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.act.campaign.conftest import LI, WANG
from tests.act.conftest import person, put
from tests.act.slot.site import CONTENT, Site, browser
from tests.ledger.conftest import postgres_url, url  # noqa: F401

from quanyu import ledger
from quanyu.act.campaign.campaign import Chosen, pause_campaign, resume_campaign, stop_campaign
from quanyu.act.campaign.sending import send_due
from quanyu.act.channel import Content, channel_named
from quanyu.act.response import Response
from quanyu.act.slot import message_for
from quanyu.act.track import record_responses
from quanyu.ledger.placement import show, waiting_in
from quanyu.workspace import Workspace

EVER = dt.timedelta(hours=1)


@pytest.fixture
def site(make_workspace: Callable[..., Workspace], url: str) -> Iterator[Site]:  # noqa: F811
    site = Site(make_workspace(ledger_url=url if url.startswith("postgresql") else ""))
    yield site
    site.ws.close()


BOTH = pytest.mark.parametrize(
    "url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
ONE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@BOTH
def test_a_message_is_delivered_when_it_is_first_shown_and_all_is_accounted_for(site: Site) -> None:
    campaign = site.launch()
    before = site.told(campaign)
    n = before["pending", "in_slot"]
    waiting, control = site.status(campaign, "pending"), site.status(campaign, "held_out")
    assert len(waiting) == n > 20 and control
    first = waiting[0]
    shown = site.ask(first)
    assert shown["text"].endswith("come in") and shown["fields"] == {"image": "https://shop.example/a.png"}
    assert "/c/" in shown["link"] and person(first) not in str(shown)
    after = site.told(campaign)
    assert after["delivered", ""] == 1 and after["pending", "in_slot"] == n - 1
    assert sum(after.values()) == sum(before.values())
    assert [(one.kind, one.person_id) for one in ledger.list_responses(site.ws.ledger)] == [
        ("opened", person(first))
    ]
    # Nobody else: not the control group, not who is unknown, not in another slot, not by a customer number.
    assert all(site.ask(number) is None for number in control)
    assert site.ask(first, "cart") is None and site.ask(999) is None
    assert message_for(site.ws, "home", str(waiting[1]), "person") is None
    for number in waiting:
        site.ask(number)
    site.later(hours=7)
    assert site.told(campaign)["delivered", ""] == n
    assert ledger.find_campaign(site.ws.ledger, campaign.campaign_id).status == "done"  # type: ignore[union-attr]


@ONE
def test_showings_close_together_are_one_and_there_are_no_more_than_are_allowed(site: Site) -> None:
    campaign = site.launch()
    number = site.status(campaign, "pending")[0]
    for minutes, is_shown in (
        (0, True),
        (1, True),
        (28, True),
        (35, True),
        (10, True),
        (60, False),
        (1, False),
    ):
        site.later(minutes=minutes)
        assert (site.ask(number) is not None) == is_shown
        assert (message_for(site.ws, "home", f"second-{number}", "person") is not None) == is_shown
    assert len(ledger.list_responses(site.ws.ledger)) == 2


@ONE
def test_nothing_is_shown_after_its_end_and_who_never_came_is_let_go(site: Site) -> None:
    campaign = site.launch()
    waiting = site.status(campaign, "pending")
    assert site.ask(waiting[0])
    site.at += dt.timedelta(days=5)
    assert site.ask(waiting[0]) is None and site.ask(waiting[1]) is None
    site.later(hours=7)
    told = site.told(campaign)
    assert told["suppressed", "not_shown"] == len(waiting) - 1 and not told["pending", "in_slot"]
    assert told["delivered", ""] == 1
    campaign_now = ledger.find_campaign(site.ws.ledger, campaign.campaign_id)
    assert campaign_now is not None and (campaign_now.status, campaign_now.note) == ("done", "")
    with site.ws.ledger.read() as reading:
        left = reading.exec_driver_sql("SELECT count(*) FROM placements").scalar_one()
        keys = reading.exec_driver_sql("SELECT count(*) FROM placement_keys").scalar_one()
    assert (left, keys) == (0, 0)


@ONE
def test_a_campaign_that_is_paused_or_stopped_shows_nothing(site: Site) -> None:
    campaign = site.launch()
    first, second, *_ = site.status(campaign, "pending")
    assert site.ask(first)
    pause_campaign(site.ws, Chosen(campaign.campaign_id), LI)
    assert site.ask(first) is None and site.ask(second) is None
    resume_campaign(site.ws, Chosen(campaign.campaign_id), WANG)
    assert site.ask(second)
    stop_campaign(site.ws, Chosen(campaign.campaign_id), WANG)
    assert site.ask(first) is None and site.ask(second) is None


@ONE
def test_who_says_no_sees_it_no_more_at_once(site: Site) -> None:
    campaign = site.launch()
    first = site.status(campaign, "pending")[0]
    key = site.ask(first)["id"]
    record_responses(site.ws, "site", [Response("unsubscribed", key, detail="link")])
    assert site.ask(first) is None


@ONE
def test_a_browser_that_becomes_known_later_is_told(site: Site) -> None:
    campaign = site.launch()
    number = site.status(campaign, "pending")[0]
    assert message_for(site.ws, "home", "third", "person") is None
    rows = site.ws.warehouse.read(site.ws.warehouse.table("identities")).to_pylist()
    row = {"id_key": "cookie:third", "kind": "cookie", "person_id": person(number)}
    put(site.ws, "identities", [*rows, row])
    site.later(hours=7)
    assert message_for(site.ws, "home", "third", "person") is not None


@BOTH
def test_of_two_pages_that_ask_at_once_one_counts(site: Site) -> None:
    campaign = site.launch()
    number = site.status(campaign, "pending")[0]
    key = f"cookie:{browser(number)}"
    one, other = (
        waiting_in(site.ws.ledger, "home", key, at=site.at, same_since=site.at - EVER)[0] for _ in range(2)
    )
    counted: list[bool] = []
    pages = [
        threading.Thread(target=lambda held=held: counted.append(show(site.ws.ledger, held, at=site.at)))
        for held in (one, other)
    ]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert sorted(counted) == [False, True]


@BOTH
def test_what_is_shown_while_a_worker_holds_it_is_delivered_after_it(site: Site) -> None:
    campaign = site.launch()
    number = site.status(campaign, "pending")[0]
    site.at += dt.timedelta(hours=7)
    held = ledger.claim_sends(
        site.ws.ledger, campaign.campaign_id, "worker", at=site.at, until=site.at + EVER, limit=1000
    )
    assert site.ask(number) and not site.told(campaign)["delivered", ""]
    back = [send.waits(site.at, "in_slot") for send in held]
    ledger.settle_sends(site.ws.ledger, campaign.campaign_id, "worker", back, at=site.at)
    send_due(site.ws)
    assert site.told(campaign)["delivered", ""] == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"template": "Home page"}, "names the slot"),
        ({"text": "", "fields": {"times": "2"}}, "says nothing"),
        ({"fields": {"times": "0"}}, "times"),
        ({"fields": {"days": "400"}}, "days"),
    ],
)
def test_a_content_that_cannot_be_shown_is_refused(
    embedded: Workspace, changes: dict[str, Any], said: str
) -> None:
    way = channel_named("site")
    assert way.faults is not None
    assert not way.faults(embedded, Content(**CONTENT))
    assert said in " ".join(way.faults(embedded, Content(**CONTENT | changes)))
