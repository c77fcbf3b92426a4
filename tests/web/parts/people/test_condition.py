"""Rules in a reader's words: every kind of condition that the builder makes has some, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quanyu.web.cache import Cache
from quanyu.web.parts.people import in_words
from quanyu.web.view import View
from quanyu.workspace import Workspace

SAID = {
    "bought >= 2 times in last 90 days": ("Bought at least 2 times, in the last 90 days", "最近 90 天购买至少 2 次"),
    "not bought in last 30 days": ("Never: Bought, in the last 30 days", "最近 30 天没有购买"),
    "never bought": ("Never: Bought", "没有购买"),
    "did add_to_cart then not bought within 24 hours": (
        "Did an event (add to cart), but not within 24 hours: Bought",
        "做过某事件（add to cart），但此后 24 小时内没有购买",
    ),
    'in segment "a & b"': ("In the segment a & b", "属于分群 a & b"),
    "not in segment vip": ("Not: In the segment vip", "不满足：属于分群 vip"),
    "in random 10% of spring": ("10% drawn by lot (spring)", "随机抽取 10%（spring）"),
    "frequency in top 10%": ("Frequency among the highest 10%", "购买次数位于最高的 10%"),
    "anniversary of born_on in next 7 days": ("Born on returns in the next 7 days", "生日的周年在未来 7 天内"),
    "city within 100 km of 成都": ("City within 100 km of 成都", "城市在 成都 100 公里以内"),
    "city is known": ("City is known", "城市已知"),
    "bought with total net_amount >= 500": ("bought with total net_amount >= 500",) * 2,
    "frequency >= 2 or in segment vip": (
        "Frequency at least 2 or In the segment vip",
        "购买次数不低于 2 或 属于分群 vip",
    ),
}  # fmt: skip
"""Rules, and what they are in English and in Chinese; what has no words stands as it is written."""


def test_rules_are_told_in_words(make_workspace: Callable[..., Workspace], subtests: pytest.Subtests) -> None:
    ws = make_workspace()
    for rule, told in SAID.items():
        with subtests.test(rule):
            views = (View(ws, Cache(ws), language, "/", {}) for language in ("en", "zh"))
            assert tuple(in_words(view, rule) for view in views) == told
