"""What a mail server's answer means: the enhanced status code of RFC 3463 first, then its words, then the bare code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from quanyu.act.channel.message import Outcome, Status
from quanyu.text import Text

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
REASONS: Mapping[str, Text] = {
    "mailbox_unknown": "The mailbox does not exist",
    "mailbox_full": "The mailbox is full",
    "spam": "Taken for spam",
    "policy": "Refused by a rule of the receiver",
    "too_large": "The message is too large",
    "throttled": "The receiver wants fewer messages",
    "greylisted": "The receiver asks to try again",
    "address_invalid": "Not an address that mail could go to",
    "unreachable": "The receiver's server cannot be reached",
    "connection_lost": "The connection was lost before the message was handed over",
    "refused": "Refused without a known reason",
    "sender_refused": "The server does not take mail from this address",
    "sign_in_refused": "The server does not take the name and password",
    "line_not_private": "The line could not be made private",
    "server_unknown": "There is no server of this name",
    "not_set_up": "The channel is not set up",
    "too_fast": "More would be faster than the receiver wants",
    "warming_up": "The address is new, and its messages for today are sent",
}
"""Why a message did not go, by the word that stands on record."""
BY_CODE: Mapping[str, str] = {
    "1.0": "mailbox_unknown", "1.1": "mailbox_unknown", "1.2": "mailbox_unknown", "1.3": "address_invalid",
    "1.6": "mailbox_unknown", "1.10": "mailbox_unknown", "2.1": "mailbox_unknown", "2.2": "mailbox_full", "2.3": "too_large",
    "3.4": "too_large", "4.1": "unreachable", "4.4": "unreachable", "4.7": "unreachable", "7.0": "policy", "7.1": "policy",
    "7.26": "policy", "7.27": "policy", "7.28": "throttled",
}  # fmt: skip
"""Reasons by the last two numbers of an enhanced status code."""
BY_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("spam", re.compile(r"spam|junk|bulk mail|unsolicited|block ?list|black ?list|\brbl\b|dnsbl|reputation|垃圾", re.I)),
    ("mailbox_full", re.compile(r"(mailbox|quota|storage|inbox).{0,30}(full|exceed)|over ?quota|out of storage|(满|超额)", re.I)),
    ("mailbox_unknown", re.compile(
        r"(user|mailbox|recipient|account|address).{0,40}(unknown|not ?found|does ?n.t exist|not exist|invalid|unavailable|disabled)"
        r"|no such (user|recipient|mailbox)|unknown (user|recipient|mailbox)|用户不存在", re.I)),
    ("throttled", re.compile(r"too (many|fast|much)|rate|throttl|try later|frequen|频率", re.I)),
    ("greylisted", re.compile(r"gr[ae]y ?list", re.I)),
    ("policy", re.compile(r"dmarc|\bspf\b|dkim|policy|authenticat|not allowed|denied", re.I)),
)  # fmt: skip
"""Words by which servers without enhanced codes, or with only a general one, tell their reasons."""
RELAY = re.compile(
    r"relay(ing)?.{0,20}(denied|not (permitted|allowed))|(denied|not permitted).{0,20}relay", re.I
)
WAIT_SECONDS: Mapping[str, float] = {"greylisted": 300, "throttled": 600, "mailbox_full": 3_600}
"""How long to wait at least, by reason."""
GENERAL = {"7.0", "7.1", "1.0", "0.0", "5.0", "3.0"}
"""Codes that servers use for anything, so that their words say more."""


@dataclass(frozen=True)
class Answer:
    """One answer of a mail server: its code, and its lines in one."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the server goes along: 2xx or 3xx."""
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


def outcome_of(key: str, answer: Answer, step: str, is_first: bool = False) -> Outcome:
    """Return what an answer means for a message, at the step `mail`, `rcpt`, `data` or `end`.

    A server that has taken nothing yet (`is_first`) and does not relay takes nothing from anybody.

    >>> outcome_of("k", Answer(550, "5.1.1 no such user here"), "rcpt").reason
    'mailbox_unknown'
    >>> outcome_of("k", Answer(451, "4.7.1 Greylisting in action"), "rcpt").status
    'retry'
    """
    reason, detail = reason_of(answer), str(answer)
    status: Status = "retry" if answer.code < 500 else "permanent"
    if answer.code in {530, 535, 538}:
        status, reason = "configuration", "sign_in_refused"
    elif status == "permanent" and (step == "mail" or (is_first and RELAY.search(answer.text))):
        status, reason = "configuration", "sender_refused"
    wait = WAIT_SECONDS.get(reason, 0) if status == "retry" else 0
    return Outcome(key, status, reason, detail, after_seconds=wait)


def reason_of(answer: Answer) -> str:
    """Return the reason that an answer gives, as a word of `REASONS`."""
    code = ENHANCED.search(answer.text[:40])
    name = f"{int(code[2])}.{int(code[3])}" if code else ""
    said = next((reason for reason, words in BY_WORDS if words.search(answer.text)), "")
    if name in BY_CODE and (name not in GENERAL or not said):
        return BY_CODE[name]
    if said:
        return said
    if answer.code < 500:
        return "throttled" if answer.code in {421, 452} else "greylisted"
    return {552: "mailbox_full", 550: "refused", 553: "address_invalid"}.get(answer.code, "refused")
