"""What is counted of the answers to a campaign, and contents that a brief takes from those that are kept."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.act.campaign.conftest import LI, Sink, brief, launched

from quanyu import ledger, loop
from quanyu.act.campaign import ACTIONS, send_due
from quanyu.act.campaign.answer import Answers
from quanyu.act.campaign.campaign import Draft
from quanyu.act.campaign.content import filled
from quanyu.act.content.kept import ACTIONS as CONTENTS
from quanyu.act.response import Response
from quanyu.act.track import record_responses
from quanyu.errors import CampaignError, ContentError
from quanyu.part.action import perform
from quanyu.workspace import Workspace

VARIANTS = [
    {"name": "warm", "text": "Come back", "template": "T1"},
    {"name": "plain", "text": "New", "template": "T2"},
]


def answers(ws: Workspace, campaign_id: str) -> Answers:
    told: Answers = perform(ws, ACTIONS["answers_to_campaign"], {"campaign": campaign_id}, LI)
    return told


def test_people_are_counted_once_and_programs_apart(shop: Workspace, sink: Sink) -> None:
    check = perform(shop, ACTIONS["try_campaign"], {"fields": brief()}, LI)
    assert check.n_people > 0
    assert ledger.list_decisions(shop.ledger, kind="campaign") == [], (
        "nothing is recorded of what is only tried"
    )
    campaign = launched(shop, content={"sms": VARIANTS})
    while send_due(shop):
        pass
    streamed = ledger.stream_sends(shop.ledger, campaign_id=campaign.campaign_id, status="delivered")
    sends = [pair for part in streamed for pair in zip(part["place"], part["variant"], strict=True)]
    at = shop.now() + dt.timedelta(minutes=5)
    assert len(sends) > 5
    told = [
        *(Response("clicked", f"{campaign.campaign_id}:{place}", at=at, agent="person", link=link)
          for place, _ in sends[:3] for link in ("https://a.cn/1", "https://a.cn/2")),
        *(Response("opened", f"{campaign.campaign_id}:{place}", at=at, agent="person") for place, _ in sends[2:4]),
        Response("clicked", f"{campaign.campaign_id}:{sends[4][0]}", at=at, agent="scanner", link="https://a.cn/1"),
    ]  # fmt: skip
    record_responses(shop, "sms", told)
    assert answers(shop, campaign.campaign_id).n_waiting == len(told)
    loop.run(shop, only="responses")
    said = answers(shop, campaign.campaign_id)
    whole = said.whole
    assert (whole.n_sent, whole.n_clicked, whole.n_opened) == (len(sends), 3, 4)
    assert (whole.n_clicked_by_program, said.n_waiting) == (1, 0)
    clicked = {line.variant: line.n_clicked for line in said.lines}
    assert clicked == {name: sum(variant == name for _, variant in sends[:3]) for name in ("plain", "warm")}


def test_a_brief_names_a_kept_content(embedded: Workspace) -> None:
    shop = embedded
    kept = {"name": "spring", "channel": "sms", "variants": VARIANTS, "category": "food"}
    perform(shop, CONTENTS["keep_content"], kept, LI)
    given = brief(content={"sms": {"kept": "spring", "shares": {"warm": 0.75}}})
    decision = perform(shop, ACTIONS["add_campaign"], vars(Draft(fields=given)), LI)
    assert answers(shop, decision.decision_id) == Answers(()), "it was not launched"
    made = perform(shop, ACTIONS["show_campaign"], {"campaign": decision.decision_id}, LI).brief
    assert made.variants("sms") == {"warm": 0.75, "plain": 0.25}
    assert made.content["sms"][1].text == "New"
    assert made.category == "food"
    assert filled(shop, brief()) == brief() | {"category": ""}
    with pytest.raises(ContentError, match="no content"):
        filled(shop, brief(content={"sms": "sprig"}))
    with pytest.raises(CampaignError, match="no variant 'B'"):
        filled(shop, brief(content={"sms": {"kept": "spring", "shares": {"B": 1}}}))
    with pytest.raises(CampaignError, match="is for sms"):
        filled(shop, brief(content={"mail": "spring"}))
