"""What traits are called in Chinese and English, each once: as the column of their fact, or else here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from quanyu.tables.owned.fact import FACTS
from quanyu.tables.owned.people import PEOPLE
from quanyu.tables.owned.understood import LIFETIMES, RFM
from quanyu.text import Language, Named

OF_COLUMNS = {column.name: (column.zh, column.en) for column in (*PEOPLE.columns, *FACTS.columns)}

TRAIT_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    OF_COLUMNS
    | {
        "age_band": ("年龄段", "Age band"),
        "birthday_on": ("生日", "Birthday"),
        "city_tier": ("城市等级", "City tier"),
        "is_member": ("是否会员", "Member"),
        "member_tier": ("会员等级", "Member tier"),
        "member_days": ("入会天数", "Days as a member"),
        "recency_days": ("距上次购买天数", "Days since last order"),
        "first_order_on": ("首单日期", "First order"),
        "tenure_days": ("客龄", "Days as a customer"),
        "order_interval_days": ("平均购买间隔", "Days between orders"),
        "dwell_minutes": ("平均停留时长", "Minutes per visit"),
        "last_seen_days": ("最近活跃距今", "Days since seen"),
        "funnel_stage": ("转化阶段", "Funnel stage"),
        "price_band": ("价格带", "Price band"),
        "promotion_share": ("优惠订单占比", "Share of orders on promotion"),
        "discount_rate": ("平均折扣率", "Discount rate"),
        "satisfaction_score": ("平均评分", "Satisfaction"),
        "refund_rate": ("退款率", "Refund rate"),
        "average_order_amount": ("笔单价", "Average order"),
        "life_cycle": ("生命周期", "Life cycle"),
        "activity": ("活跃度", "Activity"),
    }
)
"""Chinese and English by the name of the trait; the names of facts that are no trait stand here too."""

CALLED = dict(TRAIT_NAMES) | {
    column.name: (column.zh, column.en) for owned in (LIFETIMES, RFM) for column in owned.columns
}
"""Chinese and English by the name of any column that people are chosen by."""


def trait_name(name: str, language: Language) -> str:
    """Return what a trait is called, its own name where it is a trait of the user's.

    >>> trait_name("n_orders", "en"), trait_name("life_cycle", "zh"), trait_name("likes_tea", "en")
    ('Orders', '生命周期', 'likes_tea')
    """
    zh, en = TRAIT_NAMES.get(name, (name, name))
    return zh if language == "zh" else en


def listed(names: Iterable[str]) -> Named:
    """Return columns that people are chosen by, each with what it is called.

    >>> listed(["n_orders", "likes_tea"]), listed(["n_orders", "likes_tea"]).zh
    ('n_orders (Orders), likes_tea', 'n_orders（订单数）, likes_tea')
    """
    pairs = [(name, *CALLED.get(name, ("", ""))) for name in names]
    en = ", ".join(f"{name} ({label})" if label else name for name, _, label in pairs)
    return Named(en, ", ".join(f"{name}（{label}）" if label else name for name, label, _ in pairs))
