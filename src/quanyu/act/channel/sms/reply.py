"""What comes back from text messages: receipts and answers, as the providers post them.

Neither provider signs what it posts. Answers are believed from anybody, for all they can do is stop messages; receipts only
from whoever knows the password of the hook, which stands in the address that is given to the provider.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from quanyu.act.response import Response
from quanyu.act.settings import SmsSettings
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

CHINA = ZoneInfo("Asia/Shanghai")
LONGEST = 500


def receive(ws: Workspace, headers: Mapping[str, str], body: bytes) -> list[Response]:
    """Return what a request of the provider tells. Raises `ChannelError` for a password that is not the hook's."""
    password = ws.settings.of(SmsSettings).hook_password.get_secret_value()
    told = read_responses(body)
    if not password:
        return [one for one in told if one.kind == "replied"]
    expected, given = password.encode(), _password(headers.get("authorization", ""))
    if not hmac.compare_digest(expected, given):
        raise ChannelError(
            "What was posted for the channel {channel} does not bear the password of the hook.",
            "Give the provider the address https://sms:PASSWORD@... with the password of sms.hook_password.",
            channel="sms",
        )
    return told


def read_responses(content: bytes) -> list[Response]:
    """Return what a request of Aliyun or Tencent tells, nothing where it is none; times without a zone are China's.

    >>> read_responses(b'[{"phone_number": "13800000000", "content": "td"}]')[0].contact
    '+8613800000000'
    """
    try:
        told = json.loads(content)
    except ValueError:
        return []
    rows = told if isinstance(told, list) else [told]
    return [one for row in rows if isinstance(row, dict) for one in _read(row)]


def _read(row: dict[str, Any]) -> Iterator[Response]:
    is_tencent = "phone_number" not in row
    number = str(row.get("mobile") if is_tencent else row["phone_number"])
    contact = _contact(number, str(row.get("nationcode", "86")) if is_tencent else "")
    if not contact:
        return
    when = _moment(str(row.get("report_time") or row.get("user_receive_time") or row.get("send_time") or ""))
    answer = row.get("content", row.get("text"))
    if isinstance(answer, str):
        yield Response("replied", contact=contact, at=when, detail=answer[:LONGEST])
    elif "success" in row or "report_status" in row:
        is_there = row.get("success") in {True, "true"} or row.get("report_status") == "SUCCESS"
        said = str(row.get("err_code") or row.get("errmsg") or "")[:LONGEST]
        key = str(row.get("out_id") or row.get("session_context") or "")
        yield Response("delivered" if is_there else "bounced", key, contact, when, detail=said)


def _contact(number: str, nation: str) -> str:
    digits = re.sub(r"[^\d+]", "", number)
    if not digits or digits.startswith("+"):
        return digits
    if nation:
        return f"+{nation}{digits}"
    return f"+86{digits}" if re.fullmatch(r"1\d{10}", digits) else f"+{digits}"


def _moment(text: str) -> dt.datetime | None:
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=CHINA)).astimezone(dt.UTC)


def _password(header: str) -> bytes:
    kind, _, word = header.partition(" ")
    try:
        return base64.b64decode(word).partition(b":")[2] if kind.lower() == "basic" else b""
    except ValueError:
        return b""
