"""What several stages can be told alike: how contacts are credited, effects read and returns fitted."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from quanyu.settings.section import Section

Rule = Literal[
    "last",
    "first",
    "linear",
    "time_decay",
    "position",
    "markov",
    "shapley",
    "shapley_rate",
    "shapley_ordered",
]


class ExperimentSettings(Section, name="experiment"):
    """Who is left alone so that effects can be measured, and how they are read."""

    holdout_share: float = Field(default=0.05, ge=0, lt=1)
    """Share of all people outside every campaign, so that the effect of all of them together can be read."""
    window_days: int = Field(default=14, ge=1)
    """Days after the start of a campaign whose orders count, where its design does not say."""
    baseline_days: int = Field(default=180, ge=1)
    """Days before the start whose orders explain away differences between people."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """How often an interval holds the true effect."""


class AttributionSettings(Section, name="attribution"):
    """Which contacts count as touches, and how orders are credited to them."""

    window_days: int = Field(default=30, ge=1, le=365)
    """Days before an order in which a touch can have a part in it."""
    other_windows: tuple[int, ...] = (7, 90)
    """More windows for which credits are worked out, so that the console can compare them."""
    period_days: int = Field(default=365, ge=1)
    """Days before the as-of day whose orders are credited."""
    models: tuple[Rule, ...] = Field(default=get_args(Rule), min_length=1)
    """Models that credit orders; those of `shapley_rate` and `shapley_ordered` only for channels, not campaigns."""
    order: int = Field(default=1, ge=1, le=4)
    """Channels that a state of the Markov chain remembers."""
    half_life_days: float = Field(default=7.0, ge=0.5)
    """Days after which a touch counts half as much in the time-decay model."""
    ends: tuple[float, float] = (0.4, 0.4)
    """Shares of the first and the last touch in the position model; the rest is for those between."""
    n_resamples: int = Field(default=200, ge=20, le=10_000)
    """Refits on resampled paths behind every interval."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Share of the refits that an interval holds."""
    channel_windows: dict[str, int] = Field(default_factory=dict)
    """Days by channel where one differs, for the daily series of orders with a touch."""
    same_contact_minutes: int = Field(default=30, ge=0)
    """Rows of one person and campaign no further apart than this are one contact: a click and the visit it opened."""
    free_channels: tuple[str, ...] = (
        "direct", "organic", "own", "unknown", "taobao", "tmall", "jd", "pinduoduo", "douyin", "xiaohongshu",
        "kuaishou", "youzan", "shopify", "store", "online",
    )  # fmt: skip
    """Channels of a visit that make it no touch unless it carries a campaign: nobody paid for it or sent it."""
    aliases: dict[str, str] = Field(default_factory=lambda: {"baidu_search": "baidu"})
    """Names of channels in clicks and visits that stand for another: the platform as `spend` writes it."""
    left_out_kinds: tuple[str, ...] = ("impression",)
    """Kinds of rows in `touches` that are no touch."""


class CurveSettings(Section, name="curve"):
    """What is known of ad channels and orders that their files do not tell, for the return curves."""

    window_days: int = Field(default=730, ge=90)
    """Days of history that the curves are fitted to, at most."""
    lands: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Sales channels on which people buy who come from an ad channel, where data and names do not tell."""
    margin_rate: float | None = Field(default=None, gt=0, le=1)
    """Margin as a share of net revenue, where neither orders nor the costs of items tell it."""
    order_worth: float = Field(default=1.0, gt=0)
    """What an order is worth over time per yuan of its own margin; 1 counts nothing that comes later."""
