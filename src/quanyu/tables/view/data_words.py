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
CHECKS: tuple[Text, ...] = (
    "completeness", "uniqueness", "validity", "range", "outliers", "references", "future", "freshness", "volume", "rejects",
)  # fmt: skip
"""The checks of quality that the report names."""
DECISIONS: Mapping[str, Text] = {"audience": "Audience", "budget": "Budget", "spend_test": "Spend test"}
"""What is decided about, by the kind of the decision."""
