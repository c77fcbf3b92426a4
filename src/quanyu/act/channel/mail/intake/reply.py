"""Mail that comes back: reports of mail servers (RFC 3464), complaints (RFC 5965), unsubscriptions and answers.

A message is found by its sealed key only: in the address that it came back to, in the headers of the original, or in the
identifiers that an answer refers to. A report without one counts for nobody, whoever it says it is about.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime

from quanyu.act.channel.mail.name import key_of
from quanyu.act.channel.mail.verdict import ABOUT_US, Reply, judged
from quanyu.act.response import Response

ACTIONS: Mapping[str, str] = {
    "failed": "bounced",
    "delayed": "deferred",
    "delivered": "delivered",
    "relayed": "delivered",
}
ROUTES = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
ORIGINAL = ("Message-ID", "References", "In-Reply-To", "Original-Mail-From", "Return-Path", "To")
STATUS = re.compile(r"\s*([245])\.\d{1,3}\.\d{1,3}")
MOST_DETAIL = 500
PASSING = (*ABOUT_US, "mailbox_full")
"""Reasons for which one message does not arrive; the mailbox is there, and may be emptied."""


def read_reply(content: bytes, secret: str, at: dt.datetime) -> Response | None:
    """Return what a piece of mail tells of a message of this shop; None for automatic answers and all that is none.

    `at` is when it came, for mail that says no time or one that has not come yet.
    """
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    when = _moment(message, at)
    kind = message.get_content_type()
    report = str(message.get_param("report-type", "")).lower() if kind == "multipart/report" else ""
    if report == "feedback-report":
        return _complaint(message, secret, when)
    if report == "delivery-status" or next(_blocks(message, "message/delivery-status"), None) is not None:
        return _delivery(message, secret, when)
    if _is_automatic(message):
        return None
    if key := key_of(_line(message, "Subject"), secret):
        return Response("unsubscribed", key=key, at=when, contact=_sender(message), detail="mailto")
    if key := _key(message, secret, ("In-Reply-To", "References", *ROUTES)):
        return Response(
            "replied",
            key=key,
            at=when,
            contact=_sender(message),
            detail=_line(message, "Subject")[:MOST_DETAIL],
        )
    return None


def _delivery(message: Message, secret: str, when: dt.datetime) -> Response | None:
    """Return what a mail server reports of a message: the gravest where it speaks of several recipients."""
    key = _key(message, secret, ROUTES) or _original_key(message, secret)
    blocks, words = _blocks(message, "message/delivery-status"), _words(message)
    told = [found for block in blocks if (found := _recipient(block, words))]
    if not key or not told:
        return None
    kind, contact, detail = min(told, key=lambda one: list(ACTIONS.values()).index(one[0]))
    return Response(kind, key=key, at=when, contact=contact, detail=detail)


def _recipient(block: Message, words: str) -> tuple[str, str, str] | None:
    """Return what became of one recipient, who it is, and what was said; `words` is the report in words."""
    kind = ACTIONS.get(_line(block, "Action").strip().lower())
    if kind is None:
        return None
    status, said = _line(block, "Status"), _line(block, "Diagnostic-Code")
    contact = (
        (_line(block, "Original-Recipient") or _line(block, "Final-Recipient")).rpartition(";")[2].strip()
    )
    if not said:  # some servers say it in words only, behind the address
        found = (
            re.search(rf"^\s*<?{re.escape(contact)}>?:\s*(\d{{3}}[ -].*)$", words, re.MULTILINE)
            if contact
            else None
        )
        said = found[1].strip() if found else ""
        coded = STATUS.search(said[4:]) if found else None
        status = coded[0] if coded else status
    failed, detail = failure(status, said)
    return (failed if kind == "bounced" else kind), contact, detail


def failure(status: str, said: str) -> tuple[str, str]:
    """Return what a failure means, `bounced` for one that is for good, and the reason with what the server said.

    What was given up after days of waiting, for what the shop is, or for want of room is `deferred`: the mailbox may well be there.
    """
    code = STATUS.match(status)
    number = int(code[1]) * 100 + 50 if code else 550
    meant, reason, _ = judged(Reply(number, f"{status.strip()} {said}"))
    is_for_good = meant == "permanent" and reason not in PASSING
    detail = f"{reason}: {status.strip()} {said}"[:MOST_DETAIL]
    return ("bounced" if is_for_good else "deferred"), detail


def _complaint(message: Message, secret: str, when: dt.datetime) -> Response | None:
    """Return a complaint about a message to one recipient; one that names several tells nobody's mind."""
    reports = list(_blocks(message, "message/feedback-report"))
    if len(reports) != 1:
        return None
    (report,) = reports
    recipients = {value.strip().lower() for value in report.get_all("Original-Rcpt-To", [])}
    key = _original_key(message, secret) or _key(report, secret, ("Original-Mail-From",))
    if not key or len(recipients) > 1:
        return None
    kind = _line(report, "Feedback-Type").strip().lower() or "abuse"
    is_taken_back = kind in {"not-spam", "virus"}
    contact = next(iter(recipients), "").strip("<>")
    return (
        None
        if is_taken_back
        else Response(
            "unsubscribed" if kind == "opt-out" else "complained",
            key=key,
            at=when,
            contact=contact,
            detail=kind,
        )
    )


def _is_automatic(message: Message) -> bool:
    """Say whether nobody wrote it: absence notes, lists, and reports that no program reads."""
    submitted = _line(message, "Auto-Submitted").strip().lower()
    return (
        (bool(submitted) and submitted != "no")
        or bool(
            message.get("X-Autoreply")
            or message.get("X-Autorespond")
            or message.get("X-Auto-Response-Suppress")
        )
        or _line(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
        or _line(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
    )


def _original_key(message: Message, secret: str) -> str:
    """Return the key in the original that a report holds, whole or only its headers."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            if key := _key(part.get_payload(0), secret, ORIGINAL):  # type: ignore[arg-type]
                return key
        elif part.get_content_type() == "text/rfc822-headers":
            headers = email.message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
            if key := _key(headers, secret, ORIGINAL):
                return key
    return ""


def _key(message: Message, secret: str, names: tuple[str, ...]) -> str:
    lines = (str(value) for name in names for value in message.get_all(name, []))
    return next((key for line in lines if (key := key_of(line, secret))), "")


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    """Yield the blocks of headers in the parts of a kind."""
    for part in message.walk():
        if part.get_content_type() == kind:
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (block for block in payload if isinstance(block, Message))
            else:
                yield email.message_from_string(str(payload).lstrip())


def _words(message: Message) -> str:
    """Return the first part of a report that is plain text."""
    parts = (part for part in message.walk() if part.get_content_type() == "text/plain")
    payload = next((part.get_payload(decode=True) for part in parts), b"")
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _line(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _sender(message: Message) -> str:
    found = re.search(r"[^\s<>@,;:\"]+@[^\s<>@,;:\"]+", _line(message, "From"))
    return found[0] if found else ""


def _moment(message: Message, at: dt.datetime) -> dt.datetime:
    try:
        read = parsedate_to_datetime(_line(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return at
    return min(read.astimezone(dt.UTC), at) if read.tzinfo else at
