"""Tencent Cloud's text messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from quanyu.act.channel.message import Outcome, Outgoing
from quanyu.act.channel.sms.aliyun_signature import Key
from quanyu.act.channel.sms.tencent_signature import Question, signed_headers
from quanyu.act.channel.sms.verdict import TENCENT, UNDELIVERED, outcome
from quanyu.act.channel.wire import by_status, spoken
from quanyu.workspace import Clock

URL, HOST, SERVICE, VERSION = (
    "https://sms.tencentcloudapi.com",
    "sms.tencentcloudapi.com",
    "sms",
    "2021-01-11",
)
LOOK_BACK_SECONDS = 86_400


@dataclass(frozen=True)
class Tencent:
    """An account at Tencent Cloud."""

    client: httpx.Client
    key: Key
    signature: str
    app_id: str
    region: str
    clock: Clock
    url: str = URL

    def deliver(self, message: Outgoing) -> Outcome | None:
        """Hand a message over, with its key as SessionContext; None: nobody knows whether it was taken."""
        content = message.content
        response, said = self._ask(
            "SendSms",
            {
                "PhoneNumberSet": [message.contact],
                "SmsSdkAppId": self.app_id,
                "SignName": self.signature,
                "TemplateId": content.template,
                "TemplateParamSet": list(content.fields.values()),
                "SessionContext": message.key,
            },
        )
        if error := said.get("Error"):
            return outcome(message.key, TENCENT, str(error.get("Code", "")), str(error.get("Message", "")))
        for row in said.get("SendStatusSet") or []:
            if row.get("Code") == "Ok":
                return Outcome(message.key, "delivered", receipt=str(row.get("SerialNo", "")))
            return outcome(message.key, TENCENT, str(row.get("Code", "")), str(row.get("Message", "")))
        return None if response.status_code >= 500 else by_status(message.key, response)

    def asked(self, message: Outgoing) -> Outcome | None:
        """Return what Tencent knows of a message by its SessionContext, sent in the last day; None: nothing."""
        now = int(self.clock().timestamp())
        _, said = self._ask(
            "PullSmsSendStatusByPhoneNumber",
            {
                "BeginTime": now - LOOK_BACK_SECONDS,
                "EndTime": now,
                "Offset": 0,
                "Limit": 100,
                "PhoneNumber": message.contact,
                "SmsSdkAppId": self.app_id,
            },
        )
        for row in said.get("PullSmsSendStatusSet") or []:
            if row.get("SessionContext") == message.key:
                detail, number = str(row.get("Description", "")), str(row.get("SerialNo", ""))
                if row.get("ReportStatus") == "SUCCESS":
                    return Outcome(message.key, "delivered", receipt=number)
                return Outcome(message.key, *UNDELIVERED[:2], detail, number)
        return None

    def _ask(self, action: str, values: Mapping[str, Any]) -> tuple[httpx.Response, dict[str, Any]]:
        body = json.dumps(values).encode()
        asked = Question(SERVICE, HOST, action, VERSION, self.region)
        headers = signed_headers(self.key, asked, body, self.clock())
        response = self.client.post(self.url, content=body, headers=headers)
        said = spoken(response).get("Response")
        return response, said if isinstance(said, dict) else {}
