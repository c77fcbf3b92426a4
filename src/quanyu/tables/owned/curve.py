"""What ad channels truly bring. Owned by the stage measure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.text import Text

AD_CHANNELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "wanxiangtai": ("万相台", "Wanxiangtai"),
        "qianchuan": ("千川", "Qianchuan"),
        "ocean_engine": ("巨量广告", "Ocean Engine"),
        "tencent_ads": ("腾讯广告", "Tencent Ads"),
        "baidu": ("百度推广", "Baidu"),
        "google_ads": ("Google Ads", "Google Ads"),
        "meta_ads": ("Meta Ads", "Meta Ads"),
        "all": ("全部", "All"),
    }
)
"""Names of ad platforms in Chinese and English; others are called as `spend` calls them."""

DOUBTS: Mapping[str, Text] = MappingProxyType(
    {
        "too_noisy": "Its effect cannot be told from the noise of the days",
        "earns_less": "It works, but earns less than it costs",
        "no_effect_seen": "No effect was seen, and at most one that does not pay for the spend",
        "too_steady": "Its spend hardly changed, so there is nothing to compare",
        "too_little_spend": "It spent money on too few days",
        "lands_unknown": "Nobody knows on which sales channel its people buy: tell it in the settings, [curve] lands",
        "follows_demand": "Its spend follows demand: what it spends later explains the orders of today",
        "may_follow_demand": "Its spend may follow demand: so small an effect cannot be told from that by looking",
        "no_data": "There are no orders or no spend to compare",
        "too_short": "There are fewer than 90 days with both orders and spend",
        "no_margin": "The margin of orders is not known: load the costs of items, or tell it in the settings, [curve] margin_rate",
    }
)
"""Why a curve cannot be told, by the word in `reason`."""

VERDICTS: Mapping[str, Text] = MappingProxyType(
    {
        "pays": "Works and pays",
        "works": "Works; whether it pays cannot be told",
        "earns_less": "Works, but earns less than it costs",
        "no_effect_seen": "No effect seen",
        "cannot_tell": "Cannot tell",
    }
)
"""What the interval of the return says of a channel, by the word in `verdict`."""

CURVES = Table(
    "curves", "measure", "回报曲线", "Return curves", "ad channel", ("channel",),
    (
        C("channel", "text", "投放渠道", "Ad channel", is_required=True, note="spend.platform"),
        C("as_of", "day", "截至", "As of", is_required=True),
        C("status", "text", "状态", "Status", is_required=True, allowed=("known", "cannot_tell")),
        C("verdict", "text", "结论", "Verdict", allowed=tuple(VERDICTS), note="what the interval of the return says"),
        C("reason", "text", "原因", "Reason", allowed=("", *DOUBTS), note="why it cannot be told; empty where it is known"),
        C("lands_on", "json", "成交渠道", "Lands on", note="share of its orders by sales channel"),
        C("control", "text", "对照", "Control", allowed=("sales_channels", "calendar"),
          note="what demand is told from ads by"),
        C("spend_amount", "money", "日均花费", "Spend per day", unit="currency", note="mean of the last 28 days"),
        C("n_claimed", "number", "平台自报订单/日", "Claimed orders per day", note="mean of the last 28 days"),
        C("n_caused", "number", "增量订单/日", "Caused orders per day", note="at today's spend, shrunk"),
        C("n_caused_raw", "number", "增量订单/日（未收缩）", "Caused orders per day, raw", note="of the likeliest curve"),
        C("n_caused_low", "number", "增量订单下限", "Caused orders, low"),
        C("n_caused_high", "number", "增量订单上限", "Caused orders, high"),
        C("return_amount", "money", "增量毛利/日", "Return per day", unit="currency", note="margin caused at today's spend"),
        C("return_amount_low", "money", "增量毛利下限", "Return, low", unit="currency"),
        C("return_amount_high", "money", "增量毛利上限", "Return, high", unit="currency"),
        C("marginal_return", "number", "边际回报", "Marginal return", note="more margin per more money at today's spend"),
        C("marginal_return_low", "number", "边际回报下限", "Marginal return, low"),
        C("marginal_return_high", "number", "边际回报上限", "Marginal return, high"),
        C("profit_roi", "number", "利润 ROI", "Profit ROI", note="(return less spend) / spend"),
        C("profit_roi_low", "number", "利润 ROI 下限", "Profit ROI, low"),
        C("profit_roi_high", "number", "利润 ROI 上限", "Profit ROI, high"),
        C("p_no_effect", "number", "无效果时的概率", "P if no effect", low=0, high=1,
          note="probability of so clear an effect if there were none"),
        C("carry", "number", "延续率", "Carry-over", low=0, high=1, note="share of yesterday's pressure that is left today"),
        C("carry_low", "number", "延续率下限", "Carry-over, low"),
        C("carry_high", "number", "延续率上限", "Carry-over, high"),
        C("half_amount", "money", "半饱和花费", "Half saturation", unit="currency", note="spend per day at half of the ceiling"),
        C("half_amount_low", "money", "半饱和花费下限", "Half saturation, low", unit="currency"),
        C("half_amount_high", "money", "半饱和花费上限", "Half saturation, high", unit="currency"),
        C("slope", "number", "形状", "Slope", low=0, note="above 1 the start is slow"),
        C("slope_low", "number", "形状下限", "Slope, low"),
        C("slope_high", "number", "形状上限", "Slope, high"),
        C("ceiling_amount", "money", "上限毛利/日", "Ceiling per day", unit="currency", note="margin per day at full saturation"),
        C("ceiling_amount_low", "money", "上限毛利下限", "Ceiling, low", unit="currency"),
        C("ceiling_amount_high", "money", "上限毛利上限", "Ceiling, high", unit="currency"),
        C("order_worth_amount", "money", "每单价值", "Worth of an order", unit="currency", note="margin where the channel lands"),
        C("noise", "number", "日订单噪声", "Noise of a day", note="standard deviation of a day's orders less the control"),
        C("n_days", "integer", "有投放天数", "Days with spend", low=0, unit="day"),
        C("fit_id", "text", "模型", "Fit", is_required=True),
    ),
)  # fmt: skip
