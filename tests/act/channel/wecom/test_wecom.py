"""WeCom against a local server: one task for all who get the same words, tokens of each secret, codes in good answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quanyu.act.channel import Content, Outgoing, channel_named
from quanyu.act.channel.wecom import customer
from quanyu.act.channel.wecom.task import Result, task_results
from quanyu.act.channel.wecom.task.result import CUSTOMERS, STAFF
from quanyu.act.content.compose import composer
from quanyu.act.content.link import Tags
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

Make = Callable[..., Any]


class Company:
    """What WeCom does: a token for each secret, `codes` in turn, customers it does not have refused in a good answer."""

    def __init__(self, *codes: int, strangers: tuple[str, ...] = ()) -> None:
        self.codes, self.strangers = list(codes), strangers
        self.asked: list[str] = []
        self.sent: list[tuple[str, Any]] = []

    def __call__(self, request: Any) -> Any:
        query = {name: value[0] for name, value in parse_qs(urlsplit(request.path).query).items()}
        path = request.path.partition("?")[0]
        if path == "/cgi-bin/gettoken":
            self.asked.append(query["corpsecret"])
            return {"errcode": 0, "access_token": f"T-{query['corpsecret']}", "expires_in": 7_200}
        secret = "app" if path == "/cgi-bin/message/send" else "customers"
        if query["access_token"] != f"T-{secret}":
            return {"errcode": 301002, "errmsg": "not allow operate another agent with this accesstoken"}
        code = self.codes.pop(0) if self.codes else 0
        if code == 500:
            return 500, b""
        if not code:
            self.sent.append((path, request.said))
        refused = [one for one in request.said.get("external_userid", []) if one in self.strangers]
        return {"errcode": code, "errmsg": "told", "msgid": "m1", "fail_list": refused, "invaliduser": "x"}


def shop(ws: Workspace, url: str, **given: Any) -> Workspace:
    told = {
        "corp_id": " ww1 ",
        "agent_id": 7,
        "app_secret": "app",
        "customer_secret": "customers",
        "url": url,
    }
    wecom = ws.settings.wecom.__class__(**told | given)  # type: ignore[attr-defined]
    return Workspace(ws.root, ws.settings.model_copy(update={"wecom": wecom}), ws.clock)


def handed(ws: Workspace, channel: str, messages: list[Outgoing]) -> tuple[dict[str, Any], list[str]]:
    line, begun = channel_named(channel).open(ws), list[str]()  # type: ignore[misc]
    told = {one.key: one for one in line.send(messages, lambda one: begun.append(one.key))}
    line.close()
    return told, begun


def to(number: int, text: str = "到货了", link: str = "") -> Outgoing:
    return Outgoing(f"c7:{number}", f"wm{number}", Content(text=text, link=link))


def test_all_who_get_the_same_words_are_one_task(embedded: Workspace, provider: Make) -> None:
    company = Company(strangers=("wm2",))
    ws = shop(embedded, provider(company).url, sender="lisi")
    told, begun = handed(ws, "wecom", [to(1), to(2), to(3, "别的", "https://shop.cn/a"), to(4)])
    assert {key: (one.status, one.reason, one.receipt) for key, one in told.items()} == {
        "c7:1": ("delivered", "", "m1"),
        "c7:2": ("permanent", "not_a_customer", "m1"),
        "c7:3": ("delivered", "", "m1"),
        "c7:4": ("delivered", "", "m1"),
    }
    assert sorted(begun) == ["c7:1", "c7:2", "c7:3", "c7:4"]
    assert [said for _, said in company.sent] == [
        {"chat_type": "single", "external_userid": ["wm1", "wm2", "wm4"], "text": {"content": "到货了"}, "sender": "lisi"},
        {"chat_type": "single", "external_userid": ["wm3"], "text": {"content": "别的"}, "sender": "lisi",
         "attachments": [{"msgtype": "link", "link": {"title": "https://shop.cn/a", "url": "https://shop.cn/a"}}]},
    ]  # fmt: skip


def test_a_task_has_as_many_customers_as_wecom_takes(
    embedded: Workspace, provider: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer, "MOST_CUSTOMERS", 3)
    company = Company(0, 500, 45009)
    told, begun = handed(shop(embedded, provider(company).url), "wecom", [to(n) for n in range(8)])
    assert {key: one.status for key, one in told.items()} == {
        **dict.fromkeys(("c7:0", "c7:1", "c7:2"), "delivered"),
        **dict.fromkeys(("c7:6", "c7:7"), "later"),
    }
    assert len(begun) == 8, "of three nobody knows whether they were taken"


def test_the_app_writes_to_staff_and_each_secret_has_its_token(embedded: Workspace, provider: Make) -> None:
    company = Company()
    ws = shop(embedded, provider(company).url)
    told, _ = handed(ws, "wecom_app", [Outgoing("k", "", Content(subject="注意", text="中" * 900))])
    assert (told["k"].status, told["k"].detail) == ("delivered", "x")
    handed(ws, "wecom", [to(1)])
    assert company.asked == ["app", "customers"]
    ((_, said), _) = company.sent
    assert (said["touser"], said["agentid"], said["msgtype"]) == ("@all", 7, "text")
    assert said["text"]["content"].startswith("注意\n中")
    assert len(said["text"]["content"].encode()) <= 2_048


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [(41048, "permanent", "not_a_customer"), (60020, "configuration", "account"), (-1, "retry", "provider_down"),
     (45033, "later", "throttled"), (99999, "permanent", "refused"), (40014, "delivered", "")],
)  # fmt: skip
def test_a_code_in_a_good_answer_counts(
    embedded: Workspace, provider: Make, code: int, status: str, reason: str
) -> None:
    told, _ = handed(shop(embedded, provider(Company(code)).url), "wecom", [to(1)])
    assert (told["c7:1"].status, told["c7:1"].reason) == (status, reason)


def test_a_server_that_is_not_there_took_nothing(embedded: Workspace) -> None:
    told, _ = handed(shop(embedded, "http://127.0.0.1:1"), "wecom", [to(1)])
    assert told["c7:1"].status == "retry"


def test_what_is_not_set_up_is_named(embedded: Workspace) -> None:
    with pytest.raises(ChannelError, match=r"wecom\.corp_id"):
        channel_named("wecom").open(embedded)  # type: ignore[misc]


def test_links_of_a_task_name_the_campaign_and_nobody(embedded: Workspace) -> None:
    source = Content(text="看 https://shop.cn/a?b=1 吧", link="https://shop.cn/c")
    make = composer(embedded, source, 3, Tags("wecom", "spring", "A"))
    one, other = make({}, 1), make({}, 2)
    assert one == other
    assert "utm_campaign=spring" in one.text
    assert "utm_campaign=spring" in one.link


class Tasks(Company):
    """WeCom after tasks were made: members with their customers, one line a page, and a code instead where one is told."""

    def __init__(self, members: dict[str, list[dict[str, Any]]], *codes: int) -> None:
        super().__init__()
        self.members, self.broken = members, list(codes)
        self.pages: list[Any] = []

    def __call__(self, request: Any) -> Any:
        path = request.path.partition("?")[0]
        if path not in (STAFF, CUSTOMERS):
            return super().__call__(request)
        if self.broken:
            return {"errcode": self.broken.pop(0), "errmsg": "told"}
        self.pages.append(request.said)
        asked, name = request.said, "task_list" if path == STAFF else "send_list"
        lines = (
            [{"userid": one, "status": 2} for one in self.members]
            if path == STAFF
            else self.members[asked["userid"]]
        )
        at = int(asked.get("cursor", 0))
        following = {"next_cursor": str(at + 1)} if at + 1 < len(lines) else {"next_cursor": ""}
        return {"errcode": 0, name: lines[at : at + 1], **following}


def line(number: int, status: int) -> dict[str, Any]:
    sent = {"send_time": 1_793_000_000} if status == 1 else {}
    return {"external_userid": f"wm{number}", "userid": "x", "status": status, **sent}


def test_what_became_of_a_task_is_read_page_by_page(embedded: Workspace, provider: Make) -> None:
    company = Tasks({"li": [line(1, 1), line(2, 2), line(3, 0)], "wang": [line(4, 3), line(2, 1)]})
    found = {one.contact: one for one in task_results(shop(embedded, provider(company).url), ["m1"])}
    at = dt.datetime.fromtimestamp(1_793_000_000, dt.UTC)
    assert found == {
        "wm1": Result("m1", "wm1", "", at),
        "wm2": Result("m1", "wm2", "", at),
        "wm4": Result("m1", "wm4", "number_limit"),
    }, "whom one member could not reach another has"
    assert [said.get("cursor") for said in company.pages] == [None, None, "1", "2", "1", None, "1"]
    assert all(said["limit"] == 1_000 and said["msgid"] == "m1" for said in company.pages)


def test_a_token_that_has_ended_is_made_anew_and_another_code_is_told(
    embedded: Workspace, provider: Make
) -> None:
    members = {"li": [line(1, 1)]}
    assert len(list(task_results(shop(embedded, provider(Tasks(members, 42001)).url), ["m1"]))) == 1
    with pytest.raises(ChannelError, match="60020"):
        list(task_results(shop(embedded, provider(Tasks(members, 60020)).url), ["m1"]))


def test_a_page_that_names_itself_ends_the_reading(embedded: Workspace, provider: Make) -> None:
    class Endless(Tasks):
        def __call__(self, request: Any) -> Any:
            answer = super().__call__(request)
            return {**answer, "next_cursor": "0"} if "next_cursor" in answer else answer

    company = Endless({"li": [line(1, 1)]})
    assert {one.contact for one in task_results(shop(embedded, provider(company).url), ["m1"])} == {"wm1"}
