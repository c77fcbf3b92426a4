"""What came of it. Owned by the stage measure."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.period import GRAINS

METRICS = Table(
    "metrics", "measure", "指标", "Metrics", "metric, grain, day and slice", ("metric", "grain", "on", "dimension", "slice"),
    (
        C("metric", "text", "指标", "Metric", is_required=True),
        C("grain", "text", "粒度", "Grain", is_required=True, allowed=GRAINS),
        C("on", "day", "日期", "Day", is_required=True, note="first day of the period, in the workspace's time zone"),
        C("dimension", "text", "维度", "Dimension", is_required=True, note="all, channel, ..."),
        C("slice", "text", "切片", "Slice", is_required=True),
        C("numerator", "number", "分子", "Numerator"),
        C("denominator", "number", "分母", "Denominator", note="1 for totals"),
    ),
    time="on",
)  # fmt: skip

CREDITS = Table(
    "credits", "measure", "归因", "Credits", "channel and model", ("model", "level", "key", "window"),
    (
        C("model", "text", "模型", "Model", is_required=True),
        C("level", "text", "层级", "Level", is_required=True),
        C("key", "text", "对象", "Key", is_required=True),
        C("conversions", "number", "转化", "Conversions"),
        C("revenue_amount", "money", "收入", "Revenue", unit="currency"),
        C("cost_amount", "money", "花费", "Cost", unit="currency"),
        C("low", "number", "下限", "Low"),
        C("high", "number", "上限", "High"),
        C("window", "text", "窗口", "Window"),
    ),
)  # fmt: skip

LIFTS = Table(
    "lifts", "measure", "增量", "Lifts", "campaign and metric", ("campaign_id", "metric"),
    (
        C("campaign_id", "text", "活动", "Campaign", is_required=True),
        C("metric", "text", "指标", "Metric", is_required=True),
        C("n_treated", "integer", "触达人数", "Treated"),
        C("n_control", "integer", "对照人数", "Control"),
        C("lift", "number", "人均增量", "Lift"),
        C("lift_low", "number", "下限", "Low"),
        C("lift_high", "number", "上限", "High"),
    ),
)  # fmt: skip

MEASURED = (METRICS, CREDITS, LIFTS)
