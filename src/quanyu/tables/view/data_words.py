"""Words that columns hold and screens translate; other words of the user's own stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.text import Text

CHANNELS: tuple[Text, ...] = (
    "taobao", "tmall", "jd", "douyin", "wechat", "own", "youzan", "shopify", "search", "social", "mail", "sms", "direct",
    "baidu", "google_ads", "meta_ads", "ocean_engine", "qianchuan", "tencent_ads", "wanxiangtai", "unknown",
)  # fmt: skip
"""Where people come from and buy, and the platforms that show ads."""
EVENTS: tuple[Text, ...] = ("page_view", "product_view", "search", "favourite", "add_to_cart", "checkout")
"""What people do on a site."""
TOUCHES: tuple[Text, ...] = ("impression", "click", "visit", "message", "call")
FEEDBACK: tuple[Text, ...] = ("review", "survey", "ticket")
CHECKS: Mapping[str, Text] = {
    "completeness": "Missing values",
    "uniqueness": "Rows with the same key",
    "validity": "Words that are not allowed",
    "range": "Values out of range",
    "outliers": "Values far from all others",
    "references": "References that lead nowhere",
    "future": "Times in the future",
    "freshness": "Days since the newest row",
    "volume": "Rows of the newest day against the usual",
    "rejects": "Refused rows",
    "sums": "Amounts that do not add up",
    "refunds": "Refunds above what was paid",
    "lines": "Orders that are not the sum of their lines",
    "currencies": "Rows in another currency",
    "rates": "Rows that wait for a rate",
    "credits": "Credits for ads",
    "feeds": "Feeds that have stopped",
    "double_sales": "Sales that two sources tell",
    "double_amount": "Net amount counted twice",
}
"""What the checks of quality are called, by their names."""
DECISIONS: Mapping[str, Text] = {
    "audience": "Audience",
    "budget": "Budget",
    "spend_test": "Spend test",
    "campaign": "Campaign",
}
"""What is decided about, by the kind of the decision."""
