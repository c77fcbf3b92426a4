"""Tiers of Chinese cities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

TIERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "1": ("北京", "上海", "广州", "深圳"),
        "1.5": (
            "成都", "杭州", "重庆", "苏州", "武汉", "西安", "南京", "长沙", "天津", "郑州", "东莞", "无锡",
            "宁波", "青岛", "合肥",
        ),
        "2": (
            "佛山", "沈阳", "昆明", "济南", "厦门", "福州", "温州", "哈尔滨", "石家庄", "大连", "南宁",
            "泉州", "金华", "贵阳", "常州", "长春", "南昌", "南通", "嘉兴",
            "徐州", "惠州", "太原", "台州", "绍兴",
            "保定", "中山", "潍坊", "临沂", "珠海", "烟台",
        ),
    }
)  # fmt: skip
"""Tier to cities as Yicai ranked them in 2024; 1.5 is 新一线."""


def city_tier(city: ir.StringColumn) -> ir.StringColumn:
    """Return 1, 1.5 (new first tier), 2 or 3+ for a Chinese city; null for other or unknown cities.

    A trailing 市 does not matter.
    """
    bare = city.strip().re_replace("市$", "")
    known = [(bare.isin(cities), ibis.literal(tier)) for tier, cities in TIERS.items()]
    return ibis.cases(*known, (bare.re_search("[一-鿿]"), ibis.literal("3+")))
