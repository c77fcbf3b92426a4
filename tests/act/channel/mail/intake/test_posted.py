"""What providers post: mail as it is, and events as their documentation shows them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from tests.act.channel.mail.intake.test_reply import AT, CODE, OTHER, SECRET, report

from quanyu.act.channel import channel_named
from quanyu.act.channel.mail.intake.posted import read_events
from quanyu.workspace import Workspace


def ses(kind: str, of: str = CODE, **more: Any) -> dict[str, Any]:
    event = {
        "notificationType": kind,
        "mail": {"source": f"{of}@bounce.shop.example", "messageId": "00000138111222aa", "destination": ["a@b.cn"]},
        **more,
    }  # fmt: skip
    return {"Type": "Notification", "MessageId": "22b80b92", "Message": json.dumps(event)}


def bounce(of: str, code: str, said: str) -> dict[str, Any]:
    one = {"emailAddress": "a@b.cn", "status": code, "action": "failed", "diagnosticCode": said}
    return {"bounceType": of, "bounceSubType": "General", "bouncedRecipients": [one]}


def mailgun(event: str, **more: Any) -> dict[str, Any]:
    told = {
        "event": event,
        "recipient": "a@b.cn",
        "message": {"headers": {"message-id": f"{CODE}@shop.example"}},
    }
    return {"signature": {"token": "t"}, "event-data": told | more}


def sendgrid(event: str, **more: Any) -> dict[str, Any]:
    return {"email": "a@b.cn", "event": event, "smtp-id": f"<{CODE}@shop.example>", "timestamp": 1} | more


def postmark(record: str, **more: Any) -> dict[str, Any]:
    told = {
        "RecordType": record,
        "MessageID": "883953f4",
        "Metadata": {"Quanyu": CODE},
        "MessageStream": "outbound",
    }
    return told | {"Recipient" if record in ("Delivery", "SubscriptionChange") else "Email": "a@b.cn"} | more


GONE = "smtp;550 5.1.1 The email account that you tried to reach does not exist."


@pytest.mark.parametrize(
    ("posted", "kind"),
    [
        (ses("Bounce", bounce=bounce("Permanent", "5.1.1", "smtp; 550 5.1.1 no such user")), "bounced"),
        (ses("Bounce", bounce=bounce("Transient", "5.2.2", "smtp; 552 5.2.2 mailbox full")), "deferred"),
        (ses("Bounce", bounce=bounce("Transient", "5.4.4", "smtp; 550 5.4.4 Invalid domain")), "bounced"),
        (ses("Bounce", bounce=bounce("Transient", "5.1.1", "smtp; 550 5.1.1 user unknown")), "bounced"),
        (ses("Bounce", bounce=bounce("Transient", "5.3.0", "smtp; 550 denied")), "deferred"),
        (ses("Bounce", bounce=bounce("Permanent", "5.7.1", "smtp; 550 5.7.1 blocked: bad reputation")), "deferred"),
        (ses("Complaint", complaint={"complainedRecipients": [{"emailAddress": "a@b.cn"}]}), "complained"),
        (ses("Delivery", delivery={"recipients": ["a@b.cn"]}), "delivered"),
        (mailgun("failed", severity="permanent", **{"delivery-status": {"code": 550, "enhanced-code": "5.1.1"}}), "bounced"),
        (mailgun("failed", severity="temporary", **{"delivery-status": {"code": 450, "message": "busy"}}), "deferred"),
        (mailgun("complained"), "complained"),
        (mailgun("unsubscribed"), "unsubscribed"),
        ([sendgrid("bounce", type="bounce", status="5.1.1", reason="550 5.1.1 unknown")], "bounced"),
        ([sendgrid("bounce", type="blocked", status="5.7.1", reason="blocked")], "deferred"),
        (postmark("Bounce", Type="HardBounce", Details=GONE), "bounced"),
        (postmark("Bounce", Type="HardBounce", Details="Test bounce details"), "bounced"),
        (postmark("Bounce", Type="SoftBounce", Details="smtp;452 4.2.2 over quota"), "deferred"),
        (postmark("Bounce", Type="SoftBounce", Details=GONE), "bounced"),
        (postmark("Bounce", Type="DnsError", Description="A temporary DNS error."), "deferred"),
        (postmark("Bounce", Type="Unsubscribe"), "unsubscribed"),
        (postmark("SpamComplaint", Type="SpamComplaint"), "complained"),
        (postmark("Delivery", Details="250 ok"), "delivered"),
        (postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression"), "unsubscribed"),
        ([sendgrid("processed"), sendgrid("spamreport"), sendgrid("open")], "complained"),
    ],
)  # fmt: skip
def test_events_as_providers_write_them(posted: Any, kind: str) -> None:
    (told,) = read_events(json.dumps(posted).encode(), SECRET, AT)
    assert (told.kind, told.key) == (kind, "c7:12")
    assert told.contact in {"a@b.cn", ""}


@pytest.mark.parametrize(
    "posted",
    [ses("Bounce", OTHER, bounce=bounce("Permanent", "5.1.1", "no")), {}, [], 7, [7, None], {"Message": "{"}, {"event": ["x"]},
     postmark("Open"), postmark("Bounce", Type="AutoResponder"), postmark("SubscriptionChange", SuppressSending=False),
     postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="HardBounce"),
     postmark("Bounce", Metadata={"Quanyu": OTHER}),
     sendgrid("click"), {"event-data": []}, ses("Bounce", bounce=[], mail=3), {"SubscribeURL": "https://evil.example"}],
)  # fmt: skip
def test_what_names_no_message_of_this_shop_is_nothing(posted: Any) -> None:
    assert list(read_events(json.dumps(posted).encode(), SECRET, AT)) == []
    assert list(read_events(b"\xff", SECRET, AT)) == []


def test_a_mail_is_posted_as_it_is(embedded: Workspace) -> None:
    from quanyu.act.channel.mail.name import name_of

    code = name_of("c7:5", embedded.secret)
    content = report("5.1.1", "failed", "550 5.1.1 unknown", to=f"{code}@shop.example").encode()
    receive = channel_named("mail").receive
    assert receive is not None
    (told,) = receive(embedded, {"content-type": "message/rfc822"}, content)
    assert (told.kind, told.key, told.at) == ("bounced", "c7:5", dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC))
    assert receive(embedded, {"content-type": "application/json"}, content) == []
