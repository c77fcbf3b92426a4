"""What comes back from text messages: receipts and answers, as the providers post them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from quanyu.act.channel.reply import Reply

CHINA = ZoneInfo("Asia/Shanghai")
WORDS = re.compile(r"(R|T|TD|N|QX|STOP|UNSUBSCRIBE|退订|拒收|取消|不需要|别发了)[。.!！\s]*", re.I)
"""Answers that refuse further messages."""


def read_replies(content: bytes, at: dt.datetime) -> list[Reply]:
    """Return what a request of Aliyun or Tencent tells, or nothing where it is none; times without a zone are China's.

    >>> moment = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    >>> read_replies(b'[{"phone_number": "13800000000", "content": " td "}]', moment)[0].kind
    'unsubscribed'
    """
    try:
        told = json.loads(content)
    except ValueError:
        return []
    rows = told if isinstance(told, list) else [told]
    return [reply for row in rows if isinstance(row, dict) for reply in _read(row, at)]


def wants_no_more(text: str) -> bool:
    """Say whether an answer refuses further messages."""
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return bool(WORDS.fullmatch(text.strip().translate(wide)))


def _read(row: dict[str, Any], at: dt.datetime) -> Iterator[Reply]:
    mobile, nation = str(row.get("mobile", "")), str(row.get("nationcode", "86"))
    contact = _contact(str(row.get("phone_number", "")) or mobile, "" if "phone_number" in row else nation)
    if not contact:
        return
    when = _moment(
        str(row.get("report_time") or row.get("user_receive_time") or row.get("send_time") or ""), at
    )
    answer = row.get("content", row.get("text"))
    if isinstance(answer, str):
        yield Reply("unsubscribed" if wants_no_more(answer) else "replied", when, "", contact, answer[:500])
    elif "success" in row or "report_status" in row:
        is_there = row.get("success") in {True, "true"} or row.get("report_status") == "SUCCESS"
        said = str(row.get("err_code") or row.get("errmsg") or "")
        key = str(row.get("out_id") or row.get("session_context") or "")
        yield Reply("delivered" if is_there else "bounced", when, key, contact, said[:500])


def _contact(number: str, nation: str) -> str:
    digits = re.sub(r"[^\d+]", "", number)
    if not digits or digits.startswith("+"):
        return digits
    if nation:
        return f"+{nation}{digits}"
    return f"+86{digits}" if re.fullmatch(r"1\d{10}", digits) else f"+{digits}"


def _moment(text: str, otherwise: dt.datetime) -> dt.datetime:
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return (read if read.tzinfo else read.replace(tzinfo=CHINA)).astimezone(dt.UTC)
