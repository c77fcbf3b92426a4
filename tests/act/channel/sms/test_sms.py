"""Text messages against a local provider that answers as Aliyun and Tencent document."""

from __future__ import annotations

import base64
import datetime as dt
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quanyu.act.channel import Content, Outgoing, channel_named
from quanyu.act.channel.sms.reply import read_responses
from quanyu.act.channel.sms.sms import shown
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

Make = Callable[..., Any]
SETTINGS = {
    "key_id": "id",
    "key_secret": "hush",
    "signature": "全域",
    "app_id": "14",
    "lanes": 3,
    "timeout_seconds": 1,
}


def shop(ws: Workspace, **given: Any) -> Workspace:
    sms = ws.settings.sms.__class__(**SETTINGS | given)  # type: ignore[attr-defined]
    return Workspace(ws.root, ws.settings.model_copy(update={"sms": sms}), ws.clock)


@pytest.fixture
def ws(embedded: Workspace) -> Workspace:
    return embedded


def outgoing(number: int, contact: str = "") -> Outgoing:
    content = Content(template="SMS_1", fields={"name": "李雷", "sum": "8"}, text="双11")
    return Outgoing(f"c7:{number}", contact or f"+861380000{number:04}", content)


def handed(ws: Workspace, messages: list[Outgoing]) -> tuple[dict[str, Any], list[str]]:
    begun: list[str] = []
    line = channel_named("sms").open(ws)  # type: ignore[misc]
    told = {one.key: one for one in line.send(messages, lambda one: begun.append(one.key))}
    line.close()
    return told, begun


def aliyun(request: Any) -> Any:
    values = {name: value[0] for name, value in parse_qs(urlsplit(request.path).query).items()}
    assert request.headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=id,")
    assert request.headers["x-acs-action"] == "SendSms"
    assert values["TemplateParam"] == '{"name": "李雷", "sum": "8"}'
    answers: dict[str, Any] = {
        "1": {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "bad"},
        "2": {"Code": "isv.BUSINESS_LIMIT_CONTROL"},
        "3": (400, {"Code": "SignatureDoesNotMatch", "Message": "no"}),
        "4": (503, b"down"),
        "5": None,
        "6": (400, {"Code": "Throttling.User"}),
    }
    return answers.get(values["PhoneNumbers"][-1], {"Code": "OK", "BizId": f"b{values['OutId']}"})


def tencent(request: Any) -> Any:
    assert request.headers["host"] == "sms.tencentcloudapi.com"
    said = request.said
    codes = {"1": "InvalidParameterValue.IncorrectPhoneNumber", "2": "LimitExceeded.PhoneNumberThirtySecondLimit",
             "6": "FailedOperation.PhoneNumberInBlacklist"}  # fmt: skip
    if said["PhoneNumberSet"][0][-1] == "3":
        return {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}}}
    if said["PhoneNumberSet"][0][-1] in "45":
        return (502, b"") if said["PhoneNumberSet"][0][-1] == "4" else None
    code = codes.get(said["PhoneNumberSet"][0][-1], "Ok")
    assert said["TemplateParamSet"] == ["李雷", "8"]
    return {
        "Response": {
            "SendStatusSet": [{"Code": code, "SerialNo": f"b{said['SessionContext']}", "Message": ""}]
        }
    }


@pytest.mark.parametrize(
    ("name", "answer", "sixth"),
    [("aliyun", aliyun, ("later", "throttled")), ("tencent", tencent, ("opt_out", "opted_out"))],
)
def test_each_answer_has_its_meaning_and_what_nobody_knows_stays_open(
    ws: Workspace, provider: Make, name: str, answer: Any, sixth: tuple[str, str]
) -> None:
    there = provider(answer)
    told, begun = handed(shop(ws, provider=name, url=there.url), [outgoing(i) for i in range(7)])
    expected = {
        1: ("permanent", "number_invalid"),
        2: ("retry", "number_limit"),
        3: ("configuration", "account"),
        6: sixth,
    }
    assert {
        int(key[-1]): (one.status, one.reason) for key, one in told.items() if one.status != "delivered"
    } == expected
    assert (told["c7:0"].receipt, set(begun) - set(told)) == ("bc7:0", {"c7:4", "c7:5"})
    assert "hush" not in str(told) + str([(one.path, one.headers, one.body) for one in there.asked])


def test_a_provider_that_takes_too_long_may_have_taken_it(ws: Workspace, provider: Make) -> None:
    slow = provider(lambda _: time.sleep(0.5) or {"Code": "OK"})
    told, begun = handed(shop(ws, provider="aliyun", url=slow.url, timeout_seconds=0.1), [outgoing(0)])
    assert (told, begun) == ({}, ["c7:0"])


def test_a_provider_that_is_not_there_was_not_tried_and_numbers_that_are_none_are_not_sent(
    ws: Workspace,
) -> None:
    told, begun = handed(
        shop(ws, provider="aliyun", url="http://127.0.0.1:1"), [outgoing(0), outgoing(1, "138 x")]
    )
    assert [told[f"c7:{i}"].status for i in range(2)] == ["later", "permanent"]
    assert begun == ["c7:0"]


def test_what_began_is_asked_for_by_its_key(ws: Workspace, provider: Make) -> None:
    rows = [
        {"OutId": "c7:0", "SendStatus": 3, "ErrCode": "DELIVERED"},
        {"OutId": "c7:1", "SendStatus": 2, "ErrCode": "MOBILE_IN_BLACK"},
    ]
    ali = provider(
        lambda one: {
            "Code": "OK",
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows if "20261120" in one.path else []},
        }
    )
    marks = [{"SessionContext": "c7:0", "ReportStatus": "SUCCESS", "SerialNo": "9"},
             {"SessionContext": "c7:1", "ReportStatus": "FAIL", "Description": "off"}]  # fmt: skip
    ten = provider(lambda one: {"Response": {"PullSmsSendStatusSet": marks}})
    for name, there, second in (("aliyun", ali, "opt_out"), ("tencent", ten, "permanent")):
        line = channel_named("sms").open(shop(ws, provider=name, url=there.url))  # type: ignore[misc]
        told = {one.key: one.status for one in line.ask([outgoing(i) for i in range(3)])}
        assert told == {"c7:0": "delivered", "c7:1": second}
        line.close()


def test_what_is_missing_is_told(ws: Workspace) -> None:
    channel = channel_named("sms")
    assert channel.open and channel.faults and channel.cost
    with pytest.raises(ChannelError, match=r"sms\.provider is missing"):
        channel.open(ws)
    assert channel.missing
    assert channel.missing(shop(ws, provider="tencent", app_id="")) == ["the setting sms.app_id is missing"]
    assert channel.faults(ws, Content()) == [
        "the text message names no template that the provider has approved"
    ]
    assert channel.cost(shop(ws), Content(text="中" * 60)).n_parts == 2
    assert channel.cost(shop(ws), Content(text="中" * 59)).n_parts == 1
    assert shown("有货，退订回T", "全域") == "【全域】有货，退订回T"


def test_receipts_and_answers_of_both_providers() -> None:
    body = """[
      {"phone_number": "13800000000", "success": true, "report_time": "2026-11-20 12:00:01",
       "out_id": "c7:0", "err_code": "DELIVERED"},
      {"phone_number": "13800000001", "success": false, "out_id": "c7:1", "err_code": "MK:0001"},
      {"phone_number": "13800000002", "content": "ｔｄ。", "send_time": "2026-11-20 12:00:02"},
      {"nationcode": "852", "mobile": "61234567", "text": "有优惠吗"},
      {"nationcode": "86", "mobile": "13800000003", "report_status": "FAIL", "errmsg": "MBBLACK"},
      {"something": "else"}, 7]"""
    read = [(one.kind, one.key, one.contact) for one in read_responses(body.encode())]
    assert read == [
        ("delivered", "c7:0", "+8613800000000"),
        ("bounced", "c7:1", "+8613800000001"),
        ("replied", "", "+8613800000002"),
        ("replied", "", "+85261234567"),
        ("bounced", "", "+8613800000003"),
    ]
    assert read_responses(body.encode())[0].at == dt.datetime(2026, 11, 20, 4, 0, 1, tzinfo=dt.UTC)
    assert read_responses(b"\xff") == read_responses(b"7") == []


def test_receipts_are_believed_from_whoever_knows_the_password(ws: Workspace) -> None:
    receive = channel_named("sms").receive
    assert receive
    body = b'[{"phone_number": "13800000000", "success": false, "out_id": "c7:0"}, {"phone_number": "13800000000", "content": "T"}]'
    basic = {"authorization": "Basic " + base64.b64encode(b"sms:open sesame").decode()}
    locked = shop(ws, hook_password="open sesame")
    assert [one.kind for one in receive(locked, basic, body)] == ["bounced", "replied"]
    assert [one.kind for one in receive(shop(ws), {}, body)] == ["replied"]
    for wrong in (
        {},
        {"authorization": "Basic !"},
        {"authorization": "Basic " + base64.b64encode(b"sms:no").decode()},
    ):
        with pytest.raises(ChannelError, match="password"):
            receive(locked, wrong, body)
