"""What came of it. Owned by the stage measure."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.metric.period import GRAINS
from quanyu.tables.owned.curve import CURVES
from quanyu.tables.owned.spend_test import SPEND_TEST_RESULTS

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

LEVELS = ("channel", "campaign")
MODELS = (
    "last", "first", "linear", "time_decay", "position", "markov", "shapley", "shapley_rate", "shapley_ordered", "claimed",
)  # fmt: skip
"""How orders are credited; `claimed` is what ad platforms say of themselves, and no part of a whole."""
_LEVEL = C("level", "text", "层级", "Level", is_required=True, allowed=LEVELS)
_WINDOW = C("window", "text", "窗口", "Window", is_required=True, note="days before an order that count: 30d")

PATHS = Table(
    "paths", "measure", "路径", "Paths", "distinct sequence of touches", ("level", "window", "path"),
    (
        _LEVEL,
        _WINDOW,
        C("path", "text", "路径", "Path", is_required=True, note="joined by ' > '; empty: orders without a touch before"),
        C("n_contacts", "integer", "触点数", "Touches", low=0),
        C("n_conversions", "integer", "订单数", "Orders", low=0, unit="order"),
        C("n_new_buyers", "integer", "新买家", "New buyers", low=0, unit="person"),
        C("n_nulls", "integer", "未成交次数", "Without an order", low=0),
        C("revenue_amount", "money", "收入", "Revenue", unit="currency"),
        C("margin_amount", "money", "毛利", "Margin", unit="currency", note="null: too many orders do not tell theirs"),
        C("as_of", "day", "截至", "As of", is_required=True),
    ),
)  # fmt: skip

CREDITS = Table(
    "credits", "measure", "归因", "Credits", "channel and model", ("model", "level", "key", "window"),
    (
        C("model", "text", "模型", "Model", is_required=True, allowed=MODELS),
        _LEVEL,
        C("key", "text", "对象", "Key", is_required=True, note="channel, or channel/campaign; unattributed"),
        C("conversions", "number", "转化", "Conversions", note="null: no touch of this channel is known"),
        C("revenue_amount", "money", "收入", "Revenue", unit="currency"),
        C("cost_amount", "money", "花费", "Cost", unit="currency", note="null: nobody says what it cost"),
        C("low", "number", "下限", "Low", note="of conversions"),
        C("high", "number", "上限", "High", note="of conversions"),
        _WINDOW,
        C("new_buyers", "number", "新买家", "New buyers"),
        C("margin_amount", "money", "毛利", "Margin", unit="currency"),
        C("n_contacts", "integer", "触点数", "Touches", low=0),
        C("sampling_error", "number", "抽样误差", "Sampling error", low=0, note="standard error; 0: worked out exactly"),
        C("since", "day", "起始日", "Since", note="first day of the orders that are credited"),
        C("as_of", "day", "截至", "As of"),
        C("fit_id", "text", "拟合", "Fit"),
    ),
)  # fmt: skip

LIFTS = Table(
    "lifts", "measure", "增量", "Lifts", "campaign, arm and metric", ("campaign_id", "arm", "metric"),
    (
        C("campaign_id", "text", "活动", "Campaign", is_required=True),
        C("arm", "text", "分组", "Arm", is_required=True, note="the arm that is compared with control"),
        C("metric", "text", "指标", "Metric", is_required=True, allowed=("conversion", "orders", "revenue", "margin")),
        C("as_of", "day", "截至", "As of", is_required=True),
        C("began_at", "time", "开始时间", "Began at"),
        C("window_days", "integer", "观察天数", "Days of the window", low=1, unit="day"),
        C("read_days", "integer", "已观察天数", "Days read", low=0, unit="day"),
        C("is_final", "flag", "观察结束", "Window over"),
        C("n_treated", "integer", "触达组人数", "People treated", low=0, unit="person"),
        C("n_control", "integer", "对照组人数", "People in control", low=0, unit="person"),
        C("mean_treated", "number", "触达组均值", "Mean of treated", note="per person, as it was"),
        C("mean_control", "number", "对照组均值", "Mean of control", note="per person, as it was"),
        C("lift", "number", "人均增量", "Lift", note="difference per person, adjusted where method is cuped"),
        C("lift_low", "number", "人均增量下限", "Lift, low"),
        C("lift_high", "number", "人均增量上限", "Lift, high"),
        C("lift_se", "number", "标准误", "Standard error", low=0),
        C("relative_lift", "number", "相对增量", "Relative lift", note="lift divided by mean_control"),
        C("relative_lift_low", "number", "相对增量下限", "Relative lift, low", note="null: no bound"),
        C("relative_lift_high", "number", "相对增量上限", "Relative lift, high", note="null: no bound"),
        C("incremental", "number", "总增量", "Incremental total", note="lift times people treated"),
        C("incremental_low", "number", "总增量下限", "Incremental total, low"),
        C("incremental_high", "number", "总增量上限", "Incremental total, high"),
        C("p_value", "number", "p 值", "p-value", low=0, high=1),
        C("method", "text", "方法", "Method", allowed=("welch", "cuped")),
        C("variance_reduction", "number", "方差缩减", "Variance reduction", note="share of the variance that the past explains"),
        C("srm_p", "number", "分组比例 p 值", "Sample ratio p-value", low=0, high=1),
        C("is_srm_alarm", "flag", "分组比例异常", "Sample ratio alarm", note="true: trust no figure of this campaign"),
        C("status", "text", "状态", "Status", is_required=True, allowed=("measured", "inconclusive")),
        C("reason", "text", "原因", "Reason", note="why it is inconclusive"),
        C("fit_id", "text", "模型", "Fit", is_required=True),
    ),
)  # fmt: skip

VARIANTS = Table(
    "variants", "measure", "内容版本效果", "Variants", "campaign, channel, variant, what it is compared with, and metric",
    ("campaign_id", "channel", "variant", "other", "metric"),
    (
        C("campaign_id", "text", "活动", "Campaign", is_required=True),
        C("channel", "text", "渠道", "Channel", is_required=True),
        C("variant", "text", "内容版本", "Variant", is_required=True),
        C("other", "text", "对比", "Compared with", is_required=True, note="another variant of the channel, or control"),
        C("metric", "text", "指标", "Metric", is_required=True, allowed=("opened", "clicked", "unsubscribed", "bought")),
        C("as_of", "day", "截至", "As of", is_required=True),
        C("n", "integer", "人数", "People", low=0, unit="person"),
        C("n_did", "integer", "发生人数", "People who did", low=0, unit="person", note="each counts once"),
        C("n_other", "integer", "对比人数", "People compared with", low=0, unit="person"),
        C("n_other_did", "integer", "对比发生人数", "Of those, who did", low=0, unit="person"),
        C("difference", "number", "占比差", "Difference of shares", note="null: nobody did it, or control has no message"),
        C("difference_low", "number", "占比差下限", "Difference of shares, low", note="holds at every look"),
        C("difference_high", "number", "占比差上限", "Difference of shares, high", note="holds at every look"),
        C("p_value", "number", "p 值", "p-value", low=0, high=1, note="holds at every look"),
        C("verdict", "text", "结论", "Verdict", is_required=True, allowed=("better", "worse", "undecided")),
    ),
)  # fmt: skip

MEASURED = (METRICS, PATHS, CREDITS, LIFTS, VARIANTS, CURVES, SPEND_TEST_RESULTS)
