"""Tests of an ad channel's spend: proposed by the stage decide, put on a schedule by act, read by measure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from quanyu.figure import money
from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.text import Sentence, Text

KIND = "spend_test"
KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "off": "Off and on in turn",
        "up": "As usual and double in turn",
        "half_and_more": "Half and one and a half times the usual spend in turn",
        "off_and_double": "Off and double in turn",
    }
)
"""What is done with the spend, by the word in `kind`."""

NO_TEST: Mapping[str, Text] = MappingProxyType(
    {
        "no_spend": "It spends nothing",
        "no_worth": "Nobody knows what an order is worth",
        "too_short": "There are fewer than 56 days of orders to plan by",
        "too_small": "No test of 12 weeks would tell at this spend",
        "not_worth": "Knowing more is worth less than the test costs",
        "budget_moves": "The budget proposes to move it: first see what that brings",
        "running": "A test of it is running",
        "busy": "A test on the same sales channels is running",
        "later": "Another test is worth more; it comes first",
    }
)
"""Why no test of a channel is proposed, by the word in `reason`."""

UNREAD: Mapping[str, Text] = MappingProxyType(
    {
        "running": "The test is running",
        "spend_missing": "Ad reports of some of its days have not been loaded",
        "not_followed": "The spend did not follow the schedule",
        "no_orders": "The sales channels that it leads to had hardly any orders",
        "holds_one": "Its interval holds the money back as well as less or more",
    }
)
"""Why a test does not tell, by the word in `reason`."""
VERDICTS: Mapping[str, Text] = MappingProxyType(
    {
        "pays": "What was tried brings back more than it costs",
        "loses": "What was tried brings back less than it costs",
        "cannot_tell": "It cannot be told whether it pays",
    }
)


def described(document: Mapping[str, Any], currency: str) -> Sentence:
    """Say what a test does, from the document of its decision or its row.

    >>> str(described({"kind": "off", "weeks": 6, "low_amount": 0.0, "high_amount": 900.0}, "CNY"))
    'Off and on in turn: ¥0 or ¥900 a day by the half week, for 6 weeks'
    """
    return Sentence(
        "{kind}: {low} or {high} a day by the half week, for {weeks} weeks",
        kind=Sentence(KINDS[document["kind"]]), low=money(float(document["low_amount"]), currency, digits=0),
        high=money(float(document["high_amount"]), currency, digits=0), weeks=document["weeks"],
    )  # fmt: skip


def returned(document: Mapping[str, Any]) -> Sentence | None:
    """Say what one unit of money brings back, as believed or as measured, with the interval; None where untold.

    >>> str(returned({"test_return": 0.62, "test_return_low": 0.2, "test_return_high": 1.04}))
    '0.62 (0.20 … 1.04) back per unit spent'
    """
    if document.get("test_return") is None:
        return None
    middle, low, high = (f"{document[f'test_return{end}']:.2f}" for end in ("", "_low", "_high"))
    return Sentence("{middle} ({low} … {high}) back per unit spent", middle=middle, low=low, high=high)


_DECISION = C("decision_id", "text", "决策", "Decision", is_required=True)
_CHANNEL = C("channel", "text", "投放渠道", "Ad channel", is_required=True)
_KIND = C(
    "kind",
    "text",
    "测试方式",
    "Kind",
    allowed=("", *KINDS),
    note="between which two levels the spend alternates",
)
_AS_OF = C("as_of", "day", "截至", "As of", is_required=True)
_LOW = C("low_amount", "money", "低档花费/日", "Spend of a low day", unit="currency", low=0)
_HIGH = C("high_amount", "money", "高档花费/日", "Spend of a high day", unit="currency", low=0)
_USUAL = C("usual_amount", "money", "平常花费/日", "Usual spend per day", unit="currency", low=0)
_WORTH = C(
    "order_worth_amount",
    "money",
    "每单价值",
    "Worth of an order",
    unit="currency",
    note="margin where the channel lands",
)
_LANDS = C(
    "lands_on",
    "json",
    "成交渠道",
    "Lands on",
    note="share of its orders by sales channel; empty: nobody knows, all count",
)

SPEND_TESTS = Table(
    "spend_tests", "decide", "投放测试建议", "Spend tests considered", "ad channel", ("channel",),
    (
        _CHANNEL,
        _AS_OF,
        C("status", "text", "状态", "Status", is_required=True, allowed=("proposed", "none")),
        C("reason", "text", "原因", "Reason", allowed=("", *NO_TEST), note="why none is proposed"),
        _KIND,
        C("weeks", "integer", "周数", "Weeks", low=0, unit="week"),
        _USUAL, _LOW, _HIGH,
        C("power", "number", "检验功效", "Power", low=0, high=1,
          note="probability that an effect which just pays for the spend is told from none"),
        C("value_amount", "money", "知晓的价值", "Value of knowing", unit="currency",
          note="profit that decisions of the next year are expected to gain by it"),
        C("cost_amount", "money", "测试成本", "Cost of the test", unit="currency",
          note="profit that its days are expected to lose; below zero: they save"),
        C("cost_amount_high", "money", "测试成本上限", "Cost, high", unit="currency", note="if the channel is a very good one"),
        C("believed_return", "number", "测前信念", "Believed return", note="margin per unit of money, before the test"),
        C("believed_return_low", "number", "测前信念下限", "Believed return, low"),
        C("believed_return_high", "number", "测前信念上限", "Believed return, high"),
        _WORTH, _LANDS,
        C("fit_id", "text", "模型", "Fit", note="the return curves at that time"),
    ),
)  # fmt: skip

SPEND_TEST_DAYS = Table(
    "spend_test_days", "act", "投放测试日程", "Schedules of spend tests", "spend test and day", ("decision_id", "on"),
    (
        _DECISION, _CHANNEL,
        C("on", "day", "日期", "Day", is_required=True),
        C("block", "integer", "半周", "Half week", low=1, note="days of one half week are all high or all low"),
        C("is_high", "flag", "高档", "High", is_required=True, note="drawn by lot when the test was approved"),
        C("planned_amount", "money", "计划花费", "Planned spend", unit="currency", low=0),
        _KIND, _USUAL, _LOW, _HIGH, _WORTH, _LANDS,
    ),
    time="on",
)  # fmt: skip

SPEND_TEST_RESULTS = Table(
    "spend_test_results", "measure", "投放测试结果", "Results of spend tests", "spend test", ("decision_id",),
    (
        _DECISION, _CHANNEL, _AS_OF, _KIND,
        C("status", "text", "状态", "Status", is_required=True, allowed=("running", "read", "refused")),
        C("verdict", "text", "结论", "Verdict", allowed=("", *VERDICTS)),
        C("reason", "text", "原因", "Reason", allowed=("", *UNREAD), note="why it does not tell"),
        C("starts_on", "day", "开始", "First day", is_required=True),
        C("ends_on", "day", "结束", "Last day", is_required=True),
        C("n_days", "integer", "天数", "Days", low=0, unit="day"),
        C("n_days_done", "integer", "已过天数", "Days done", low=0, unit="day"),
        C("n_days_off_plan", "integer", "偏离计划的天数", "Days off plan", low=0, unit="day",
          note="with spend nearer to the other level"),
        _USUAL, _LOW, _HIGH,
        C("spent_low_amount", "money", "低档实际花费/日", "Spent on low days", unit="currency"),
        C("spent_high_amount", "money", "高档实际花费/日", "Spent on high days", unit="currency"),
        C("n_orders", "number", "增量订单/日", "Orders per day", note="that the high spend brought over the low"),
        C("n_orders_low", "number", "增量订单下限", "Orders per day, low"),
        C("n_orders_high", "number", "增量订单上限", "Orders per day, high"),
        C("n_orders_error", "number", "增量订单标准误", "Orders per day, error", low=0),
        C("test_return", "number", "测得回报", "Return measured", note="margin per unit of money between the two levels"),
        C("test_return_low", "number", "测得回报下限", "Return measured, low"),
        C("test_return_high", "number", "测得回报上限", "Return measured, high"),
        C("p_value", "number", "p 值", "P if no effect", low=0, high=1, note="share of schedules under which as much would show"),
        C("carry", "number", "延续率", "Carry-over", low=0, high=1),
        _WORTH,
    ),
)  # fmt: skip
