"""Campaigns, contents and consent, used in a browser by a marketer and others, and the page on which people choose for themselves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.browser.conftest import Team
from tests.browser.shop import MAIL, PHONE, PLANTED, SEGMENTS
from tests.browser.test_screens import look_over, point_over
from tests.browser.test_tasks import goto

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.act.campaign import send_due
from quanyu.act.channel import Channel, Outcome, Outgoing
from quanyu.act.channel.sms import channel as sms
from quanyu.act.content.kept import ACTIONS
from quanyu.act.response import Response
from quanyu.act.track import Token, record_responses, written
from quanyu.ledger import Campaign
from quanyu.measure.experiment.variant import METRICS, compared
from quanyu.part.action import Caller, perform
from quanyu.solve.experiment.watch import Count
from quanyu.tables import contract
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.text import Language, translate
from quanyu.workspace import Workspace

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]
BOTH = pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (390, "en")])
BY_HAND = ("zh", "en")
"""Each language bars somebody of its own."""
REGULARS = next(iter(SEGMENTS))
CARD = "article.card[aria-label='{}'] .value"


class Sink:
    """A provider that takes every message but the fourth."""

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        for n, message in enumerate(messages):
            begin(message)
            is_taken = n != 3
            yield Outcome(
                message.key,
                "delivered" if is_taken else "permanent",
                reason="" if is_taken else "no_such_number",
            )

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        return iter(())

    def close(self) -> None:
        return None


def saying(language: str) -> Callable[..., str]:
    def say(text: str, **values: object) -> str:
        return translate(text, language, **values)  # type: ignore[arg-type]

    return say


def choose(page: Any, name: str, option: str) -> None:
    """Choose an option of the field of a name."""
    page.locator(f"label:not(.q-field--disabled):has([data-name='{name}'])").first.click()
    page.locator(".q-menu [role=option]", has_text=option).first.click()
    page.keyboard.press("Escape")
    page.locator(".q-menu").wait_for(state="detached")


def number(page: Any, label: str) -> int:
    return int(re.sub(r"\D", "", page.locator(CARD.format(label)).inner_text()))


@pytest.fixture(scope="module")
def office(team: Team) -> Team:
    """The team's console, with contents that its campaigns can send."""
    ws = quanyu.workspace.open(team.root)
    variants = [
        {"name": "warm", "text": "{{ person.name | default: '您' }}，好久不见", "template": "SMS_1"},
        {"name": "plain", "text": f"本周上新 {PLANTED.split('{{')[0]}", "template": "SMS_2"},
    ]
    perform(
        ws, ACTIONS["keep_content"], {"name": "唤回", "channel": "sms", "variants": variants}, Caller("li")
    )
    ws.close()
    return team


@pytest.fixture
def sending(office: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace at ten in the morning of the day after tomorrow, when a provider takes what is due."""
    told = sms.CHANNEL
    monkeypatch.setattr(
        sms, "CHANNEL", Channel(told.name, told.label, ("phone",), told.place, open=lambda _: Sink())
    )
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    ws = quanyu.workspace.open(office.root, clock=lambda: dt.datetime.combine(day, dt.time(2), dt.UTC))
    yield ws
    ws.close()


def propose(page: Any, say: Callable[..., str], name: str, *, segment: str, rule: str) -> int:
    """Fill the form of a new campaign; return for how many people it says that it is."""
    page.fill("input[data-name=name]", name)
    page.fill("input[data-name=goal]", f"第二单 {PLANTED}")
    if segment:
        choose(page, "segment", segment)
    if rule:
        page.fill("textarea[data-name=rule]", rule)
        choose(page, "exclude", REGULARS)
    page.locator("[data-name=size] p.lead").wait_for()
    choose(page, "channel-0", say("SMS"))
    choose(page, "content-0", "唤回")
    page.locator("input[data-name='share-warm']").fill("70")
    page.locator(CARD.format(say("Get a message"))).wait_for()
    control = number(page, say("Kept out as a control"))
    page.fill("input[data-name=control]", "50")
    page.wait_for_function(
        "([path, n]) => +document.querySelector(path)?.innerText.replace(/[^0-9]/g, '') > n",
        arg=[CARD.format(say("Kept out as a control")), control],
    )
    cannot = say("It cannot show an effect: nobody is kept out, or nobody here bought of late.")
    told = page.locator(".power").inner_text()
    assert told == cannot or "%" in told
    size = number(page, say("It is for"))
    said = re.findall(r"[\d,]+", page.locator("[data-name=size] p.lead").inner_text())
    assert f"{size:,}" in said
    assert size > 10
    return size


def move(page: Any, name: str, **typed: str) -> None:
    """Press a button of a campaign, answer its question, and wait until the page has it."""
    page.locator(f"[data-move={name}]").click()
    for field, value in typed.items():
        page.fill(f".ask input[data-name={field}]", value)
    page.locator(".ask .plain.strong").click()


def state(page: Any, word: str) -> None:
    page.locator(".head .mark", has_text=word).wait_for()


def begun(here: Any, say: Callable[..., str], language: Language) -> Any:
    """Sign in, and go by the menu to the form of a new campaign."""
    page = here.sign_in("王芳")
    here.speak(language)
    here.open("/")
    goto(here, "/campaigns")
    page.get_by_role("link", name=say("New campaign"), exact=True).click()
    page.wait_for_url("**/campaigns/new")
    return here.settled()


def approve(page: Any, n: int) -> None:
    """Approve a campaign: not with another number than that which it reaches."""
    move(page, "approve", n_people=str(n + 1))
    page.locator(".ask .notice.stop", has_text=str(n)).wait_for()
    page.fill(".ask input[data-name=n_people]", str(n))
    page.locator(".ask .plain.strong").click()


@BOTH
def test_a_campaign_is_written_checked_approved_launched_and_shown(
    office: Team, sending: Workspace, visit: Visitor, *, width: int, language: Language
) -> None:
    say = saying(language)
    here = visit(office.base, width)
    page = begun(here, say, language)
    is_first = language == "zh"
    name = f"唤回 {width} {PLANTED if is_first else ''}".strip()
    given = {"segment": REGULARS, "rule": ""} if is_first else {"segment": "", "rule": "bought >= 1 times"}
    size = propose(page, say, name, **given)
    look_over(page, "/campaigns/new")
    page.get_by_role("button", name=say("Save and propose"), exact=True).click()
    page.wait_for_url("**/campaigns/campaign-*")
    here.settled()
    assert number(page, say("It is for")) == size
    look_over(page, "a proposed campaign")
    approve(page, number(page, say("Get a message")))
    state(page, say("approved"))
    here.settled()
    move(page, "launch")
    state(page, say("sending"))
    here.settled()
    move(page, "pause", note="lunch")
    state(page, say("paused"))
    move(page, "resume")
    state(page, say("sending"))
    here.settled()
    campaign_id = page.url.split("/")[-1]
    if is_first:
        sent_and_answered(sending, campaign_id)
        sent = sum(
            n for _, status, _, n in ledger.count_sends(sending.ledger, campaign_id) if status == "delivered"
        )
        page.get_by_text(say("All its messages are settled: {sent} have left.", sent=sent)).wait_for()
    else:
        move(page, "stop", note="sold out")
        state(page, say("stopped"))
    page = here.open(f"/campaigns/{campaign_id}")
    became_of_everybody(page, sending, campaign_id, say)
    look_over(page, "a campaign that is over")
    if is_first:
        title = say("Which variant is ahead")
        panel = page.locator("section.panel", has=page.locator("h2", has_text=title))
        panel.get_by_role("button", name=say("Read {title} as a table", title=title)).click()
        panel.locator("tbody tr").first.wait_for()
        rows = panel.locator("tbody tr").all_inner_texts()
        assert [text.split()[-1] for text in rows] == [say("Behind"), say("Ahead")]
        point_over(here, here.open(f"/campaigns/{campaign_id}"), "a campaign")
    page = here.open("/campaigns")
    assert page.locator(".campaigns li", has_text=f"唤回 {width}").locator(".people-bar").count() == 1
    look_over(page, "/campaigns")
    assert here.seen.errors == []
    assert here.seen.outside == []


def sent_and_answered(ws: Workspace, campaign_id: str) -> None:
    """Let the messages leave, let some people answer, and bring it all into the tables."""
    assert send_due(ws)
    streamed = ledger.stream_sends(ws.ledger, campaign_id=campaign_id, status="delivered")
    places = [int(place) for part in streamed for place in part["place"]]
    told = [
        Response(
            "clicked", f"{campaign_id}:{place}", at=ws.now() + dt.timedelta(minutes=5), link="https://a.cn",
            agent="person" if n % 3 else "scanner",
        )
        for n, place in enumerate(places)
    ]  # fmt: skip
    record_responses(ws, "sms", told)
    loop.run(ws, only="responses")
    loop.run(ws, only="act")
    parted = {
        name: {metric: Count(400, n) for metric in METRICS} for name, n in (("warm", 120), ("plain", 40))
    }
    rows = [{**row, "as_of": ws.now().date()} for row in compared({(campaign_id, "sms"): parted}, 0.95)]
    schema = contract("variants").schema.to_pyarrow()
    ws.warehouse.replace("variants", pa.Table.from_pylist(rows, schema), by="measure")


def became_of_everybody(page: Any, ws: Workspace, campaign_id: str, say: Callable[..., str]) -> None:
    """Say that the page accounts for everybody as the ledger does, and that its funnel narrows."""
    counts = ledger.count_sends(ws.ledger, campaign_id)
    shown = [int(text.replace(",", "")) for text in page.locator(".people-legend .n").all_inner_texts()]
    assert sum(shown) == sum(n for *_, n in counts)
    sent, _, _, held, waiting = shown
    assert (sent, held, waiting) == tuple(
        sum(n for _, status, _, n in counts if status == word)
        for word in ("delivered", "held_out", "pending")
    )
    funnel = page.locator("section.panel", has=page.locator("h2", has_text=say("How far people went")))
    funnel.get_by_role(
        "button", name=say("Read {title} as a table", title=say("How far people went"))
    ).click()
    funnel.locator("tbody tr").first.wait_for()
    steps = [int(text.replace(",", "")) for text in funnel.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert steps == sorted(steps, reverse=True)
    assert steps[:2] == [sum(shown), sent]
    assert (steps[4] > 0) == (sent > 0)
    variants = page.locator("section.panel", has=page.locator("h2", has_text=say("By variant")))
    assert {row.locator("td").nth(1).inner_text() for row in variants.locator("tbody tr").all()} == {
        "warm",
        "plain",
    }


@BOTH
def test_what_somebody_said_is_looked_up_and_a_contact_is_barred(
    office: Team, visit: Visitor, tmp_path: Path, *, width: int, language: Language
) -> None:
    say = saying(language)
    here = visit(office.base, width)
    page = here.sign_in("王芳")
    here.speak(language)
    here.open("/")
    goto(here, "/consent")
    look_over(page, "/consent")
    who = f"138000000{15 + BY_HAND.index(language)}"
    barred = page.locator("svg text", has_text=say("Barred by hand"))
    assert barred.count() == 0
    page.fill("input[data-name=who]", who)
    page.get_by_role("button", name=say("Look up"), exact=True).click()
    state = page.locator(".states .state", has_text=say("SMS")).first
    state.locator(".mark", has_text=say("May be written to")).wait_for()
    page.locator("details.record summary").click()
    choose(page, "channel", say("SMS"))
    page.fill("input[data-name=note]", f"wrong number {PLANTED}")
    page.locator("[data-name=record]").click()
    state.locator(".mark", has_text=say("Barred by hand")).wait_for()
    assert "wrong number" in page.locator(".standing .found").inner_text()
    barred.first.wait_for(state="attached")  # the picture of all is drawn anew, without a reload
    look_over(page, "/consent, somebody")
    page.locator("details.record summary").click()
    choose(page, "deed", say("Lift what staff or a bounce barred"))
    page.locator("[data-name=record]").click()
    state.locator(".mark", has_text=say("May be written to")).wait_for()
    page.locator("details.record summary").click()
    choose(page, "deed", say("They said yes, and this shows it"))
    page.locator("[data-name=record]").click()
    page.locator(".standing .notice.stop").wait_for()
    choose(page, "deed", say("They said no"))
    page.locator("[data-name=record]").click()
    page.locator(".standing .found .mark", has_text=say("Opted out")).wait_for()
    with page.expect_download() as saved:
        page.locator(".standing").get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "consent.csv")
    lines = (tmp_path / "consent.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "staff 王芳" in lines[1]
    told = page.locator("body").inner_text() + page.url
    leaked = [contact for contact in (who, PHONE, MAIL) if contact in told]
    assert not leaked
    assert here.seen.dialogs == here.seen.errors == here.seen.outside == []


def test_who_serves_people_looks_up_and_records_nothing(office: Team, visit: Visitor) -> None:
    here = visit(office.base)
    page = here.sign_in("qian", "/consent")
    page.fill("input[data-name=who]", "13800000003")
    page.keyboard.press("Enter")
    page.locator(".states .state").first.wait_for()
    assert page.locator("details.record").count() == 0
    assert page.locator(".side a[href='/campaigns']").count() == 0


def test_a_content_is_written_with_what_is_wrong_beside_it(office: Team, visit: Visitor) -> None:
    here = visit(office.base)
    page = here.sign_in("王芳", "/content/edit")
    page.fill("input[data-name=name]", "早春")
    page.fill("input[data-name=subject]", "早春上新")
    html = page.locator("textarea[data-name=html]")
    html.fill("<p>全网最低价 {{ person.nme }}</p>")
    page.locator(".notice.stop, .found .mark.stop", has_text=re.compile("nme|禁|person")).first.wait_for()
    html.fill("<p>{{ person.name | default: '您好' }}，来看看 <a href='https://a.cn/x'>新品</a></p>")
    page.frame_locator("iframe.mail").get_by_text("来看看").wait_for()
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/content")
    here.settled()
    assert page.locator(".contents li", has_text="早春").count() == 1
    assert here.seen.errors == []


def test_people_choose_for_themselves_on_a_phone(office: Team, visit: Visitor) -> None:
    """By the signed link of a message, without signing in: a no counts at once, and stays on the page."""
    ws = quanyu.workspace.open(office.root)
    at = ws.now()
    design = CampaignDesign("Choose", "bought", "message", "sms").document
    campaign = Campaign(
        "chosen", "chosen", "Choose", "message", "sms", status="done", design=design, frozen_at=at
    )
    send = {
        "campaign_id": "chosen", "step": "1", "person_id": "p-nobody", "arm": "treated", "channel": "sms", "status": "delivered",
        "reason": "", "why": "", "changed_at": at,
    }  # fmt: skip
    with ws.ledger.begin() as connection:
        ledger.freeze(connection, campaign, [[send]])
    found = ledger.find_campaign(ws.ledger, "chosen")
    address = f"/p/{written(Token('preferences', found.campaign_no, 0), ws.secret)}"
    here = visit(office.base, 390)
    page = here.page
    page.goto(office.base + address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = page.locator("input[type=checkbox]")
    assert boxes.count() > 1
    first = boxes.first.get_attribute("name")
    for box in boxes.all():
        box.uncheck()
    page.locator("button[type=submit]").click()
    page.locator("h1").wait_for()
    said = ledger.list_consents(ws.ledger, person_id="p-nobody")
    assert said and not any(one.is_granted for one in said)
    page.goto(office.base + address)
    assert not page.locator(f"input[name='{first}']").is_checked()
    assert here.seen.errors == here.seen.outside == []
    ws.close()
