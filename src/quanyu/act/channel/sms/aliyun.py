"""Aliyun's text messages."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from quanyu.act.channel.message import Outcome, Outgoing
from quanyu.act.channel.sms.aliyun_signature import Key, Question, query_of, signed_headers
from quanyu.act.channel.sms.verdict import ALIYUN, outcome
from quanyu.act.channel.wire import by_status, spoken
from quanyu.workspace import Clock

URL, HOST, VERSION = "https://dysmsapi.aliyuncs.com", "dysmsapi.aliyuncs.com", "2017-05-25"
CHINA = ZoneInfo("Asia/Shanghai")
WAITING, FAILED = 1, 2


@dataclass(frozen=True)
class Aliyun:
    """An account at Aliyun."""

    client: httpx.Client
    key: Key
    signature: str
    clock: Clock
    url: str = URL

    def deliver(self, message: Outgoing) -> Outcome | None:
        """Hand a message over, with its key as OutId; None: nobody knows whether it was taken."""
        content = message.content
        response, said = self._ask(
            "SendSms",
            {
                "PhoneNumbers": number_of(message.contact),
                "SignName": self.signature,
                "TemplateCode": content.template,
                "TemplateParam": json.dumps(dict(content.fields), ensure_ascii=False),
                "OutId": message.key,
            },
        )
        code = str(said.get("Code", ""))
        if code == "OK":
            return Outcome(message.key, "delivered", receipt=str(said.get("BizId", "")))
        if code:
            return outcome(message.key, ALIYUN, code, str(said.get("Message", "")))
        return None if response.status_code >= 500 else by_status(message.key, response)

    def asked(self, message: Outgoing) -> Outcome | None:
        """Return what Aliyun knows of a message by its OutId, sent today or yesterday; None: nothing."""
        today = self.clock().astimezone(CHINA).date()
        for day in (today, today - dt.timedelta(days=1)):
            _, said = self._ask(
                "QuerySendDetails",
                {
                    "PhoneNumber": number_of(message.contact),
                    "SendDate": day.strftime("%Y%m%d"),
                    "PageSize": "50",
                    "CurrentPage": "1",
                },
            )
            for row in (said.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []:
                if row.get("OutId") == message.key:
                    code = str(row.get("ErrCode", ""))
                    if row.get("SendStatus") == FAILED:
                        return outcome(message.key, ALIYUN, code, "")
                    return Outcome(message.key, "delivered", detail=code)
        return None

    def _ask(self, action: str, values: Mapping[str, str]) -> tuple[httpx.Response, Mapping[str, Any]]:
        query = query_of(values)
        asked = Question(HOST, action, VERSION, query)
        headers = signed_headers(self.key, asked, self.clock(), uuid.uuid4().hex)
        response = self.client.post(f"{self.url}/?{query}", headers=headers)
        return response, spoken(response)


def number_of(contact: str) -> str:
    """Return a number as Aliyun takes it: national in China, elsewhere international without its plus.

    >>> number_of("+8613800000000"), number_of("+85261234567")
    ('13800000000', '85261234567')
    """
    return contact[3:] if contact.startswith("+86") else contact.removeprefix("+")
