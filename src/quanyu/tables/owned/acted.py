"""What was done and how people reacted. Owned by the stage act; the ledger keeps the originals."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.owned.spend_test import SPEND_TEST_DAYS
from quanyu.text import Text

_SEND = C("send_id", "text", "发送", "Send", is_required=True)
_PERSON = C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym")

RESPONSE_KINDS: tuple[Text, ...] = (
    "delivered", "bounced", "deferred", "opened", "opened_by_proxy", "clicked", "clicked_by_scanner", "replied",
    "unsubscribed", "complained",
)  # fmt: skip
"""What comes back from a message; what a program did in the person's stead is told apart, and both are kept."""

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
        C("variant", "text", "内容版本", "Variant", note="which of several contents"),
        C("place", "integer", "序号", "Place", low=0, note="in its campaign: short links name it"),
        C("sent_at", "time", "时间", "Sent at", note="when the audience was frozen: the same for every arm"),
    ),
    time="sent_at",
)  # fmt: skip

RESPONSES = Table(
    "responses", "act", "响应", "Responses", "reaction", ("send_id", "kind", "responded_at"),
    (
        _SEND,
        _PERSON,
        C("kind", "text", "类型", "Kind", is_required=True, allowed=RESPONSE_KINDS),
        C("responded_at", "time", "时间", "Responded at"),
        C("campaign_id", "text", "活动", "Campaign"),
        C("channel", "text", "渠道", "Channel"),
        C("link", "text", "链接", "Link", note="where a click leads"),
        C("detail", "text", "详情", "Detail", note="what the provider or the reader's program said"),
    ),
    time="responded_at",
)  # fmt: skip

MESSAGES = Table(
    "messages", "act", "发送内容", "Messages", "send and channel", ("send_id", "channel"),
    (
        _SEND,
        C("channel", "text", "渠道", "Channel", is_required=True),
        C("campaign_id", "text", "活动", "Campaign", is_required=True),
        C("place", "integer", "序号", "Place", is_required=True, low=0),
        _PERSON,
        C("variant", "text", "内容版本", "Variant"),
        C("is_first", "flag", "首选渠道", "First choice", note="the channel that the person was given; others are for where it fails"),
        C("contact", "text", "联系方式", "Contact", privacy="personal"),
        C("time_zone", "text", "时区", "Time zone"),
        C("values", "json", "变量", "Values", privacy="personal",
          note="what stood in the place of variables: with the campaign's content, what was sent word for word"),
        C("composed_at", "time", "时间", "Composed at", is_required=True),
    ),
    time="composed_at",
)  # fmt: skip

ENROLMENTS = Table(
    "enrolments", "act", "旅程参与", "Enrolments", "entry into a journey", ("enrolment_id",),
    (
        C("enrolment_id", "integer", "参与号", "Enrolment", is_required=True),
        C("journey_id", "text", "旅程", "Journey", is_required=True),
        C("version", "integer", "版本", "Version", low=1),
        _PERSON,
        C("entity", "text", "对象", "Entity", note="the cart or order that it is about; empty: the person"),
        C("arm", "text", "分组", "Arm"),
        C("state", "text", "状态", "State", allowed=("active", "done", "exited", "held_out")),
        C("node", "text", "步骤", "Step"),
        C("variant", "text", "内容版本", "Variant", note="which way a split gave them"),
        C("reason", "text", "原因", "Reason"),
        C("entered_at", "time", "进入时间", "Entered at", is_required=True),
        C("changed_at", "time", "时间", "Changed at"),
    ),
    time="entered_at",
)  # fmt: skip

_MADE = (
    C("enrolment_id", "integer", "参与号", "Enrolment", is_required=True),
    C("node", "text", "步骤", "Step", is_required=True),
    C("journey_id", "text", "旅程", "Journey", is_required=True),
    C("version", "integer", "版本", "Version", low=1),
    _PERSON,
    C("entity", "text", "对象", "Entity", note="the cart or order that it is about; empty: the person"),
)
_BECAME = (
    C("reason", "text", "原因", "Reason", note="why it was cancelled"),
    C("made_at", "time", "创建时间", "Made at", is_required=True),
    C("changed_at", "time", "时间", "Changed at"),
)

TASKS = Table(
    "tasks", "act", "员工任务", "Tasks", "task for staff", ("task_id",),
    (
        C("task_id", "integer", "任务号", "Task", is_required=True), *_MADE,
        C("who", "text", "执行人", "Who"),
        C("what", "text", "任务", "What"),
        C("status", "text", "状态", "Status", allowed=("open", "done", "cancelled")), *_BECAME,
        C("due_at", "time", "截止时间", "Due at", is_planned=True),
        C("changed_by", "text", "处理人", "Changed by"),
    ),
    time="made_at",
)  # fmt: skip

GRANTS = Table(
    "grants", "act", "权益发放", "Grants", "coupon or points granted", ("grant_id",),
    (
        C("grant_id", "integer", "发放号", "Grant", is_required=True), *_MADE,
        C("kind", "text", "类型", "Kind", allowed=("coupon", "points")),
        C("pool", "text", "券池或事由", "Pool", note="of coupons: which; of points: what for"),
        C("amount", "integer", "数量", "Amount", low=1, note="how many coupons or points"),
        C("status", "text", "状态", "Status", allowed=("granted", "used", "cancelled")), *_BECAME,
    ),
    time="made_at",
)  # fmt: skip

GIVEN_TRAITS = Table(
    "given_traits", "act", "赋予特征", "Given traits", "person and trait given by a journey", ("person_id", "name"),
    (
        _PERSON,
        C("name", "text", "特征", "Trait", is_required=True),
        C("kind", "text", "类型", "Kind", is_required=True, allowed=("text", "number", "flag", "day")),
        C("value", "text", "值", "Value"),
        C("given_at", "time", "赋予时间", "Given at", is_required=True),
    ),
    time="given_at",
)  # fmt: skip

ACTED = (DELIVERIES, RESPONSES, MESSAGES, ENROLMENTS, TASKS, GRANTS, GIVEN_TRAITS, SPEND_TEST_DAYS)
