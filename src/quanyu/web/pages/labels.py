"""Words for the values that stages store as identifiers: channels, dimensions, groups, severities."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.tables.owned.curve import AD_CHANNELS
from quanyu.tables.view.rfm_groups import BY_ID
from quanyu.text import Text
from quanyu.web.view import View

SLICES = {
    "taobao": ("淘宝/天猫", "Taobao/Tmall"),
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
    "baidu": ("百度推广", "Baidu Ads"),
    "google_ads": ("Google Ads", "Google Ads"),
    "meta_ads": ("Meta Ads", "Meta Ads"),
    "ocean_engine": ("巨量引擎", "Ocean Engine"),
    "qianchuan": ("巨量千川", "Qianchuan"),
    "tencent_ads": ("腾讯广告", "Tencent Ads"),
    "wanxiangtai": ("万相台", "Wanxiangtai"),
    "unattributed": ("无触点", "No touch"),
    "new": ("新买家", "New buyers"),
    "old": ("老买家", "Returning buyers"),
    "all": ("全部", "All"),
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
EVIDENCE: Mapping[str, Text] = {"test": "known from a test", "both": "known from curve and test"}
"""What a return is known from, where a test of spend had a part in it."""
DIMENSIONS: Mapping[str, Text] = {
    "all": "Total",
    "channel": "Channel",
    "region": "Region",
    "new_old": "New and returning",
}


def slice_label(view: View, name: str | None) -> str:
    """Return the label of a slice; names of the user's own stay as they are."""
    return view.pick(*SLICES.get(name or "", (name or "", name or "")))


def group_label(view: View, group_id: str | None) -> str:
    """Return the name of an RFM group."""
    group = BY_ID.get(group_id or "")
    return group.name_in(view.language) if group else (group_id or "")
