"""Paid channels: what is spent each day and how many orders it truly brings, carry-over and saturation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from quanyu.world.lettering import Floats
from quanyu.world.market.calendar import Calendar
from quanyu.world.shop import Shop


@dataclass(frozen=True)
class Channel:
    """One paid channel and its planted effect.

    Spend per person s_t in yuan is carried over, a_t = (1 - carry) * sum over l of carry**l * s_(t-l), and
    saturates (Hill): true orders per person and day = strength * a_t**slope / (half**slope + a_t**slope).
    `intent_rate` is the share of orders that come anyway but pass by a click of this channel: what platforms
    claim and did not cause.
    """

    name: str
    platform: int
    medium: str
    daily_spend: float
    cost_per_click: float
    click_rate: float
    carry: float
    half: float
    slope: float
    strength: float
    intent_rate: float
    window_days: int
    campaigns: tuple[str, ...]


CHANNELS: tuple[Channel, ...] = (
    Channel(
        "wanxiangtai",
        0,
        "search",
        0.030,
        1.6,
        0.045,
        0.10,
        0.040,
        1.0,
        4.2e-4,
        0.22,
        15,
        ("关键词推广-日常", "关键词推广-大促", "人群推广-拉新"),
    ),
    Channel(
        "qianchuan",
        2,
        "social",
        0.022,
        0.9,
        0.032,
        0.45,
        0.030,
        1.3,
        3.4e-4,
        0.12,
        7,
        ("直播间成交-A", "短视频带货-B"),
    ),
    Channel(
        "ocean_engine",
        4,
        "social",
        0.016,
        1.1,
        0.018,
        0.60,
        0.020,
        1.6,
        1.5e-4,
        0.06,
        7,
        ("信息流-新客", "信息流-再营销"),
    ),
    Channel(
        "tencent_ads",
        3,
        "social",
        0.012,
        1.3,
        0.012,
        0.55,
        0.012,
        1.2,
        1.6e-4,
        0.07,
        7,
        ("朋友圈-品牌", "小程序-转化"),
    ),
    Channel(
        "baidu_search",
        4,
        "search",
        0.008,
        2.4,
        0.060,
        0.05,
        0.010,
        1.0,
        0.8e-4,
        0.25,
        15,
        ("品牌词", "通用词"),
    ),
    Channel(
        "google_ads",
        4,
        "search",
        0.006,
        3.0,
        0.050,
        0.10,
        0.008,
        1.0,
        0.9e-4,
        0.10,
        30,
        ("Brand Search", "Generic Search"),
    ),
    Channel(
        "meta_ads",
        4,
        "social",
        0.009,
        2.0,
        0.015,
        0.65,
        0.010,
        1.4,
        1.2e-4,
        0.08,
        7,
        ("Prospecting", "Retargeting"),
    ),
)


REPORTED: Mapping[str, str] = MappingProxyType({"baidu_search": "baidu"})
"""Channels whose spend is reported under another name than that of their clicks."""


@dataclass(frozen=True)
class Media:
    """`spend[channel, day]` of the whole shop in yuan, and `orders[channel, day]`: true orders expected."""

    spend: Floats
    orders: Floats

    def clicks(self) -> Floats:
        """Return the expected clicks of each channel and day."""
        prices = np.array([channel.cost_per_click for channel in CHANNELS])
        return np.asarray(self.spend / prices[:, None])


def carry_over(spend: Floats, carry: float) -> Floats:
    """Return spend with geometric carry-over; a constant spend stays what it is.

    >>> carry_over(np.array([1.0, 0.0, 0.0]), 0.5).tolist()
    [0.5, 0.25, 0.125]
    """
    carried = np.empty_like(spend)
    level = 0.0
    for day, amount in enumerate(spend.tolist()):
        level = carry * level + (1 - carry) * amount
        carried[day] = level
    return carried


def saturate(carried: Floats, half: float, slope: float) -> Floats:
    """Return the Hill response, 0 to 1: one half where the carried spend is `half`."""
    power = carried**slope
    return np.asarray(power / (half**slope + power))


def make_media(shop: Shop, calendar: Calendar) -> Media:
    """Draw the spend of every channel and work out the orders it truly brings."""
    random = shop.random("media")
    spend = np.array([_spend(channel, shop, calendar, random) for channel in CHANNELS])
    return Media(np.round(spend, 2), _orders(shop, spend))


@dataclass(frozen=True)
class Buying:
    """What a seller orders by channel: a multiple of what would have been spent, that evenly, and amounts by day number."""

    factors: Mapping[str, float]
    steady: Mapping[str, float]
    planned: Mapping[str, Mapping[int, float]]


def resume_media(shop: Shop, calendar: Calendar, before: Media, ordered: Buying) -> tuple[Media, Media]:
    """Return the media of a later period as its seller runs them, and as they would have been.

    What was spent before carries over.
    """
    usual = make_media(shop, calendar).spend
    names = [channel.name for channel in CHANNELS]
    for name, amount in ordered.steady.items():
        usual[names.index(name)] = amount
    changed = usual * np.array([ordered.factors.get(name, 1.0) for name in names])[:, None]
    for name, amounts in ordered.planned.items():
        for at, amount in amounts.items():
            changed[names.index(name), at] = amount
    runs = []
    for spend in (changed, usual):
        whole = np.concatenate([before.spend, spend], axis=1)
        runs.append(Media(np.round(spend, 2), _orders(shop, whole)[:, before.spend.shape[1] :]))
    return runs[0], runs[1]


def _orders(shop: Shop, spend: Floats) -> Floats:
    """Return the orders that spend truly brings, by channel and day."""
    orders = [
        channel.strength * saturate(carry_over(row / shop.people, channel.carry), channel.half, channel.slope)
        for channel, row in zip(CHANNELS, spend, strict=True)
    ]
    return np.asarray(np.array(orders) * shop.people * shop.media_strength)


def _spend(channel: Channel, shop: Shop, calendar: Calendar, random: np.random.Generator) -> Floats:
    """Follow demand loosely, in bursts of one to four weeks at changing levels, with some dark weeks."""
    levels: list[float] = []
    while len(levels) < shop.days:
        level = 0.0 if random.random() < 0.12 else float(np.exp(random.normal(0, 0.55)))
        levels += [level] * int(random.integers(7, 29))
    noise = np.exp(random.normal(0, 0.15, shop.days))
    return np.asarray(
        channel.daily_spend * shop.people * calendar.demand**0.6 * np.array(levels[: shop.days]) * noise
    )
