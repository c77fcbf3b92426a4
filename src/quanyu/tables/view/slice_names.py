"""What channels and other slices of a figure are called in Chinese and English, on every screen and in the report."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.tables.owned.curve import AD_CHANNELS
from quanyu.text import Language

SLICES: Mapping[str, tuple[str, str]] = {
    "taobao": ("淘宝/天猫", "Taobao/Tmall"),
    "tmall": ("天猫", "Tmall"),
    "jd": ("京东", "JD"),
    "douyin": ("抖音", "Douyin"),
    "wechat": ("微信", "WeChat"),
    "own": ("自营站", "Own site"),
    "search": ("搜索", "Search"),
    "social": ("社交", "Social"),
    "mail": ("邮件", "Mail"),
    "sms": ("短信", "SMS"),
    "direct": ("直接访问", "Direct"),
    "youzan": ("有赞", "Youzan"),
    "shopify": ("Shopify", "Shopify"),
    "unattributed": ("无触点", "No touch"),
    "new": ("新买家", "New buyers"),
    "old": ("老买家", "Returning buyers"),
    "feed": ("信息流", "Feed"),
    "display": ("展示", "Display"),
    "live": ("直播", "Live"),
    "store": ("门店", "Store"),
    "online": ("线上", "Online"),
    "(none)": ("未知", "Unknown"),
    "": ("未知", "Unknown"),
    "unknown": ("未知", "Unknown"),
    **AD_CHANNELS,
}


def slice_name(name: str | None, language: Language) -> str:
    """Return what a slice is called; names of the user's own stay as they are.

    >>> slice_name("taobao", "en"), slice_name("Kaufhaus", "zh")
    ('Taobao/Tmall', 'Kaufhaus')
    """
    zh, en = SLICES.get(name or "", (name or "", name or ""))
    return zh if language == "zh" else en
