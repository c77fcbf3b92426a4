"""What a mail server's reply means: come again, never, or mend the channel first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from quanyu.act.channel.message import Status
from quanyu.text import Text

ENHANCED = re.compile(r"\b([245])\.(\d{1,3}\.\d{1,3})\b")
ADDRESS = re.compile(r"<[^>]*>|\S+@\S+|https?://\S+")
QUEUED = re.compile(r"queued as ([\w.@-]+)|\bid=([^\s>]+)|<([^<>\s]+)>", re.IGNORECASE)

FIRST: tuple[tuple[str, Status | None, str], ...] = (
    (r"relay|authentication required|must be authenticated", "configuration", "relay"),
    (r"frequency|too many|rate limit|throttl|try (again )?later|temporarily deferred", "retry", "throttled"),
    (r"gr[ea]y.?list", "retry", "greylisted"),
    (r"spam|DT:SPM|unsolicited|content denied|reputation|black.?list|block.?list|DNSBL|RBL", None, "spam"),
)
"""What words say more surely than numbers do: a large provider answers 550 where it means 450. No status: as the number says."""
REASONS: Mapping[str, Text] = {
    "mailbox_unknown": "The mailbox does not exist",
    "mailbox_full": "The mailbox is full",
    "too_large": "The message is too large",
    "unreachable": "The receiver's server cannot be reached",
    "spam": "Taken for spam",
    "unauthenticated": "The receiver does not believe who it is from",
    "unsupported": "The server does not do what is asked of it",
    "sender_refused": "The server does not take mail from this address",
    "relay": "The server does not take mail for others from us",
    "throttled": "The receiver wants fewer messages",
    "greylisted": "The receiver asks to try again",
    "busy": "The server cannot take it at the moment",
    "refused": "Refused without a known reason",
    "connection_lost": "The connection was lost before the message was handed over",
    "bad_address": "Not an address that mail could go to",
    "paced": "More would be faster than was set",
    "login": "The server does not take the name and password",
    "certificate": "The line could not be made private",
}
"""Why a message did not go, by the word that stands on record."""
ABOUT_US = ("spam", "unauthenticated", "unsupported")
"""Reasons for which a message never goes though its mailbox may well be there."""
BY_CODE = {
    "mailbox_unknown": ("1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1"),
    "mailbox_full": ("2.2",),
    "too_large": ("2.3", "3.4"),
    "unreachable": ("4.1", "4.2", "4.4", "4.7"),
    "sender_refused": ("1.7", "1.8"),
    "unsupported": ("6.7", "6.1", "6.3"),
    "unauthenticated": tuple(f"7.{n}" for n in (20, 21, 22, 23, 24, 25, 26, 27, 29)),
}
"""Reasons by enhanced status codes (RFC 3463, 7372)."""
CODED = {code: reason for reason, codes in BY_CODE.items() for code in codes}
LAST = (
    (r"quota|full|exceeded storage", "mailbox_full"),
    (r"too (large|big|long)|size", "too_large"),
    (r"(user|mailbox|recipient|account|address)\b.*\b(unknown|not found|unavailable|disabled|inactive|rejected|invalid)"
     r"|(unknown|no such|invalid|bad) (user|mailbox|recipient|address|account)|not exist|n't exist|n't have an? \S+ account",
     "mailbox_unknown"),
)  # fmt: skip
BY_NUMBER = {552: "mailbox_full", 553: "mailbox_unknown", 551: "mailbox_unknown"}
WAIT = {"greylisted": 300.0, "throttled": 600.0, "mailbox_full": 3600.0}
"""Seconds to wait at least before another try, by reason."""
MOST = 400


class Reply(NamedTuple):
    """What a server said: a number and words."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether it goes on."""
        return 200 <= self.code < 400

    @property
    def detail(self) -> str:
        """What is kept of it."""
        return f"{self.code} {self.text}"[:MOST]

    @property
    def receipt(self) -> str:
        """The server's own number of a message that it took."""
        found = QUEUED.search(self.text)
        return next(filter(None, found.groups())) if found else self.text[:MOST]


def judged(reply: Reply, *, is_about_sender: bool = False) -> tuple[Status, str, float]:
    """Return status, reason and seconds to wait of a reply that refuses.

    >>> judged(Reply(550, "5.1.1 <li@example.com>: user unknown"))
    ('permanent', 'mailbox_unknown', 0.0)
    >>> judged(Reply(550, "Ip frequency limited"))
    ('retry', 'throttled', 600.0)
    """
    words = ADDRESS.sub(" ", reply.text)
    status: Status = "permanent" if reply.code >= 500 else "retry"
    coded = ENHANCED.search(words)
    known = CODED.get(coded[2], "") if coded else ""
    for pattern, instead, reason in FIRST if not known else ():
        if re.search(pattern, words, re.IGNORECASE):
            status = instead or status
            return status, reason, WAIT.get(reason, 0.0) if status == "retry" else 0.0
    reason = known or _by_words(reply.code, words)
    if status == "permanent" and (is_about_sender or reason == "sender_refused") and reason != "too_large":
        return "configuration", "sender_refused", 0.0
    return status, reason, WAIT.get(reason, 0.0) if status == "retry" else 0.0


def _by_words(code: int, words: str) -> str:
    for pattern, reason in LAST:
        if re.search(pattern, words, re.IGNORECASE):
            return reason
    return BY_NUMBER.get(code, "refused" if code >= 500 else "busy")
