"""What was done and how people reacted. Owned by the stage act; the ledger keeps the originals."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.owned.spend_test import SPEND_TEST_DAYS

_SEND = C("send_id", "text", "发送", "Send", is_required=True)
_PERSON = C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym")

DELIVERIES = Table(
    "deliveries", "act", "触达", "Deliveries", "send", ("send_id",),
    (
        _SEND,
        C("campaign_id", "text", "活动", "Campaign"),
        C("step", "text", "步骤", "Step"),
        C("arm", "text", "分组", "Arm"),
        _PERSON,
        C("channel", "text", "渠道", "Channel"),
        C("status", "text", "状态", "Status", allowed=("delivered", "failed", "suppressed", "held_out", "pending")),
        C("reason", "text", "原因", "Reason"),
        C("why", "text", "入选依据", "Why chosen", note="the values of the rule's columns when the audience was frozen"),
        C("sent_at", "time", "时间", "Sent at", note="when the audience was frozen: the same for every arm"),
    ),
    time="sent_at",
)  # fmt: skip

RESPONSES = Table(
    "responses", "act", "响应", "Responses", "reaction", ("send_id", "kind", "responded_at"),
    (
        _SEND,
        _PERSON,
        C("kind", "text", "类型", "Kind", is_required=True),
        C("responded_at", "time", "时间", "Responded at"),
    ),
    time="responded_at",
)  # fmt: skip

ACTED = (DELIVERIES, RESPONSES, SPEND_TEST_DAYS)
