"""What is known about people. Owned by the stage understand."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table

_PERSON = C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym")
_AS_OF = C("as_of", "day", "截至", "As of", is_required=True)

PORTRAITS = Table(
    "portraits", "understand", "画像", "Portraits", "person", ("person_id",), (_PERSON, _AS_OF), is_open=True
)

RFM = Table(
    "rfm", "understand", "RFM", "RFM", "buyer", ("person_id",),
    (
        _PERSON,
        _AS_OF,
        C("recency_days", "integer", "最近购买距今", "Recency", low=0, unit="day"),
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
        C("p_alive", "number", "活跃概率", "P(alive)", low=0, high=1),
        C("expected_orders", "number", "预期订单数", "Expected orders", low=0, unit="order"),
        C("clv_amount", "money", "客户终身价值", "CLV", unit="currency"),
        C("decile", "integer", "价值十分位", "Decile", low=1, high=10),
        C("fit_id", "text", "模型", "Fit", is_required=True),
    ),
)  # fmt: skip

SEGMENT_MEMBERS = Table(
    "segment_members", "understand", "人群成员", "Segment members", "person and segment", ("segment_id", "person_id"),
    (
        C("segment_id", "text", "人群", "Segment", is_required=True),
        _PERSON,
        C("entered_at", "time", "进入时间", "Entered at"),
        _AS_OF,
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

UNDERSTOOD = (PORTRAITS, RFM, LIFETIMES, SEGMENT_MEMBERS, SCORES)
