"""What is known about people. Owned by the stage understand."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.owned.fact import ACTIONS, FACTS
from quanyu.tables.owned.segmented import SEGMENTED

_PERSON = C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym")
_AS_OF = C("as_of", "day", "截至", "As of", is_required=True)

_ID_KEY = C(
    "id_key", "text", "标识", "Identifier", privacy="pseudonym", note="kind:value; null if nobody is named"
)
_CHANNEL = C("channel", "text", "渠道", "Channel")
_COUNTS = (
    C("n_events", "integer", "事件数", "Events", is_required=True, low=1, unit="event"),
    *ACTIONS,
)

VISITS = Table(
    "visits", "understand", "访问", "Visits", "visit: the events of an identifier on a channel in one session",
    ("id_key", "channel", "session_id", "began_on"),
    (
        _ID_KEY,
        _CHANNEL,
        C("session_id", "text", "会话", "Session", note="null: the events of one local day without a session"),
        C("campaign_id", "text", "活动", "Campaign", note="the first one seen in the visit"),
        C("campaign_at", "time", "活动时间", "Campaign at", note="when that campaign was first seen"),
        C("began_at", "time", "开始时间", "Began at", is_required=True),
        C("ended_at", "time", "结束时间", "Ended at", is_required=True, note="the last event"),
        C("began_on", "day", "开始日期", "Began on", is_required=True, note="local day of the first event"),
        C("ended_on", "day", "结束日期", "Ended on", is_required=True, note="local day of the last event"),
        *_COUNTS,
    ),
    time="began_at",
)  # fmt: skip

VISIT_DAYS = Table(
    "visit_days", "understand", "跨日访问", "Visit days", "visit that lasts over midnight and local day",
    ("id_key", "channel", "session_id", "visited_on"),
    (
        _ID_KEY,
        _CHANNEL,
        C("session_id", "text", "会话", "Session", is_required=True),
        C("visited_on", "day", "访问日期", "Visited on", is_required=True, note="local day"),
        *_COUNTS,
    ),
)  # fmt: skip

PORTRAITS = Table(
    "portraits", "understand", "画像", "Portraits", "person", ("person_id",), (_PERSON, _AS_OF), is_open=True
)

RFM = Table(
    "rfm", "understand", "RFM", "RFM", "buyer", ("person_id",),
    (
        _PERSON,
        _AS_OF,
        C("recency_days", "integer", "距上次购买天数", "Days since last order", low=0, unit="day"),
        C("frequency", "integer", "购买次数", "Frequency", low=1, unit="order"),
        C("monetary_amount", "money", "消费金额", "Money", unit="currency"),
        C("r_score", "integer", "R 分", "R score", low=1),
        C("f_score", "integer", "F 分", "F score", low=1),
        C("m_score", "integer", "M 分", "M score", low=1),
        C("group", "text", "客群", "Group", is_required=True),
        C("fit_id", "text", "模型", "Fit", is_required=True),
    ),
)  # fmt: skip

LIFETIMES = Table(
    "lifetimes", "understand", "客户价值", "Customer value", "buyer", ("person_id",),
    (
        _PERSON,
        _AS_OF,
        C("first_on", "day", "首购日", "First order on"),
        C("n_repeats", "integer", "复购天数", "Repeat purchases", low=0, unit="day",
          note="days with an order after the first one"),
        C("span_days", "integer", "首末购间隔", "First to last order", low=0, unit="day"),
        C("age_days", "integer", "首购距今", "Since the first order", low=0, unit="day"),
        C("mean_amount", "money", "历史单均毛利", "Margin per order so far", unit="currency",
          note="per day with orders; net amount where margins are not known"),
        C("p_alive", "number", "活跃概率", "P(alive)", low=0, high=1,
          note="probability of still being a customer; null where the fit withdraws it"),
        C("expected_orders", "number", "预计订单数", "Expected orders", low=0, unit="order",
          note="days with an order within the horizon ([lifetime] horizon_days)"),
        C("orders_low", "integer", "订单数下限", "Orders, low", low=0, unit="order",
          note="9 in 10 such buyers place so many or more"),
        C("orders_high", "integer", "订单数上限", "Orders, high", low=0, unit="order",
          note="9 in 10 such buyers place so many or fewer"),
        C("expected_order_amount", "money", "预计单均毛利", "Expected margin per order", unit="currency"),
        C("expected_margin_amount", "money", "预计毛利", "Expected margin", unit="currency",
          note="within the horizon, not discounted"),
        C("clv_amount", "money", "客户终身价值", "Customer lifetime value", unit="currency",
          note="expected margin within the horizon, discounted to the as-of day"),
        C("clv_amount_low", "money", "客户价值下限", "Value, low", unit="currency",
          note="9 in 10 such buyers bring so much or more, discounted"),
        C("clv_amount_high", "money", "客户价值上限", "Value, high", unit="currency",
          note="9 in 10 such buyers bring so much or less, discounted"),
        C("decile", "integer", "价值十分位", "Value tenth", low=1, high=10, note="10 is the most valuable tenth"),
        C("fit_id", "text", "模型", "Fit", is_required=True),
    ),
)  # fmt: skip

SCORES = Table(
    "scores", "understand", "评分", "Scores", "person and score", ("score", "person_id"),
    (
        _PERSON,
        C("score", "text", "评分", "Score", is_required=True),
        C("value", "number", "值", "Value"),
        _AS_OF,
        C("fit_id", "text", "模型", "Fit"),
    ),
)  # fmt: skip

UNDERSTOOD = (VISITS, VISIT_DAYS, FACTS, PORTRAITS, RFM, LIFETIMES, *SEGMENTED, SCORES)
