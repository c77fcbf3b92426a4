"""What a mail provider posts: the mail that came back as it is, or an event of Amazon SES, SendGrid, Mailgun or Postmark.

It counts for a message only by the sealed name in the address or in the identifier of the original, which nobody else can make:
so it needs no password, and says nothing of anybody without one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from quanyu.act.channel.mail.intake.reply import MOST_DETAIL, failure, read_reply
from quanyu.act.channel.mail.name import key_of
from quanyu.act.response import Response
from quanyu.workspace import Workspace

Object = Mapping[str, Any]
KINDS: Mapping[str, str] = {
    "bounce": "bounced", "failed": "bounced", "dropped": "bounced", "reject": "bounced",
    "deferred": "deferred", "deliverydelay": "deferred", "delivered": "delivered", "delivery": "delivered",
    "complaint": "complained", "complained": "complained", "spamreport": "complained", "spamcomplaint": "complained",
    "unsubscribe": "unsubscribed", "unsubscribed": "unsubscribed", "group_unsubscribe": "unsubscribed",
    "manualsuppression": "unsubscribed",
}  # fmt: skip
"""What providers call what happened. Openings and clicks are not among them: the shop's own links tell of those."""
NO_BOUNCES = frozenset(
    {
        "autoresponder",
        "addresschange",
        "subscribe",
        "challengeverification",
        "openrelaytest",
        "virusnotification",
    }
)
"""What Postmark counts among bounces though the mail may well have arrived."""
PASSING = frozenset({
    "transient", "undetermined", "temporary", "blocked", "softbounce", "dnserror", "unknown", "spamnotification", "dmarcpolicy",
    "smtpapierror", "inbounderror", "templaterenderingfailed", "unconfirmed",
})  # fmt: skip
"""Words for a bounce that passes. They are believed where the server gave no reason: providers call dead mailboxes transient."""


def receive(ws: Workspace, headers: Mapping[str, str], body: bytes) -> list[Response]:
    """Return what a request of a provider tells, nothing where it is none of a message of this shop."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() == "message/rfc822":
        told = read_reply(body, ws.secret, ws.now())
        return [told] if told else []
    return list(read_events(body, ws.secret, ws.now()))


def read_events(content: bytes, secret: str, at: dt.datetime) -> Iterator[Response]:
    """Yield what events tell of messages of this shop; `at` is when they came."""
    try:
        told = json.loads(content)
    except ValueError:
        return
    for row in told if isinstance(told, list) else [told]:
        if isinstance(row, dict):
            event = _opened(row)
            kind = KINDS.get(_happened(event))
            key = key_of(json.dumps(event, ensure_ascii=False), secret)
            if kind and key:
                yield _response(event, kind, key, at)


def _happened(event: Object) -> str:
    """Return what happened in the provider's word; of Postmark's changes of a subscription and bounces, what they are about."""
    word = _word(event, "event", "notificationType", "eventType", "RecordType")
    if word == "subscriptionchange":
        return _word(event, "SuppressionReason") if event.get("SuppressSending") is True else ""
    kind = _word(event, "Type")
    return "" if kind in NO_BOUNCES else kind if kind in KINDS else word


def _opened(row: Object) -> Object:
    """Return the event in what SNS and Mailgun wrap around it."""
    inner = row.get("Message", row.get("event-data", row))
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except ValueError:
            return {}
    return inner if isinstance(inner, dict) else {}


def _response(event: Object, kind: str, key: str, at: dt.datetime) -> Response:
    bounce, said = _object(event, "bounce"), _object(event, "delivery-status")
    many = bounce.get("bouncedRecipients") or _object(event, "complaint").get("complainedRecipients")
    one = many[0] if isinstance(many, list) and many and isinstance(many[0], dict) else {}
    contact = str(one.get("emailAddress") or _first(event, "email", "recipient", "Email", "Recipient"))
    status = str(one.get("status") or event.get("status") or said.get("enhanced-code") or "")
    why = str(
        one.get("diagnosticCode")
        or event.get("reason")
        or said.get("message")
        or said.get("description")
        or _first(event, "Details", "Description")
    )
    if kind == "bounced":
        kind, why = failure(status, why)
        passing = {_word(bounce, "bounceType"), _word(event, "severity"), _word(event, "type", "Type")}
        kind = "deferred" if PASSING & passing and why.startswith("refused:") else kind
    return Response(kind, key=key, at=at, contact=contact, detail=why[:MOST_DETAIL])


def _object(event: Object, name: str) -> Object:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _first(event: Object, *names: str) -> str:
    return next((str(event[name]) for name in names if event.get(name)), "")


def _word(event: Object, *names: str) -> str:
    return _first(event, *names).replace(" ", "").lower()
