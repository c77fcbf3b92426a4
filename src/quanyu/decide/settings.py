"""What the stage decide can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from quanyu.discovery import declared
from quanyu.settings.section import Section
from quanyu.text import Sentence


class AudienceSettings(Section, name="audience"):
    """The audience that every turn proposes, and how it would be reached and measured."""

    is_proposed: bool = True
    """Whether a turn proposes an audience by itself."""
    name: str = ""
    """Name of the campaign; nothing: what it is for, in the language of the workspace."""
    rule: str = "group in at_risk, must_win_back, promising"
    """Whom it is for: conditions on RFM, value and traits, parted by semicolons."""
    kind: Literal["list", "ads"] = "list"
    """A list of contacts for staff or a sender, or hashed identifiers for an ad platform."""
    channel: str = "sms"
    """The channel whose contact and consent are needed."""
    control_share: float = Field(default=0.2, gt=0, lt=1)
    """Share of those who could be reached that is kept out, to measure the effect."""
    window_days: int = Field(default=14, ge=1)
    """Days over which both groups are compared."""
    rest_days: int = Field(default=14, ge=0)
    """Nobody who was contacted in so many days is contacted again."""
    contact_cost_amount: float = Field(default=0.05, ge=0)
    """What one contact costs, in the workspace's currency."""

    @field_validator("channel")
    @classmethod
    def _is_known_channel(cls, value: str) -> str:
        known = [channel.name for channel in declared("CHANNEL", "act/channel")]
        if value not in known:
            raise ValueError(Sentence("the channels are {known}", known=", ".join(known)))
        return value


class BudgetSettings(Section, name="budget"):
    """How the money for ads may be divided; all amounts are per day."""

    total: float | None = Field(default=None, gt=0)
    """The most that all ad channels together may get; nothing: as much as they spent in the last 28 days."""
    reserve: float = Field(default=0.1, ge=0, lt=1)
    """Share of `total` that is kept back for what nobody foresaw; it counts only where a total is set."""
    floors: dict[str, float] = Field(default_factory=dict)
    """The least a channel must get."""
    caps: dict[str, float] = Field(default_factory=dict)
    """The most a channel may get."""
    step: float = Field(default=0.2, gt=0, le=1)
    """How far a channel may move in one turn, as a share of what it spends now."""
    must_spend: bool = False
    """Give the whole total away, even where the last of it brings back less than it costs."""
    confidence: float = Field(default=0.9, gt=0.5, lt=1)
    """How probable a gain must be before a change is proposed."""
    plan: dict[str, float] = Field(default_factory=dict)
    """Planned spend by channel for a month; nothing: as much per day as in the 28 days before the month."""
    tolerance: float = Field(default=0.1, gt=0)
    """How far spend may be off its plan before the pace is called over or under."""
    stage: Literal["start", "growth", "mature"] = "growth"
    """Stage of the company: how money is divided at first, when nothing is known yet."""


class RecommendSettings(Section, name="recommend"):
    """What is recommended to people, and what never is."""

    days: int = Field(default=365, ge=1)
    """Days before today in which what people did counts."""
    signals: tuple[str, ...] = ("add_to_cart", "favourite", "product_view")
    """Events with an item that count beside purchases."""
    n_items: int = Field(default=20, ge=1, le=100)
    """Items that are kept for each person."""
    most_items: int = Field(default=30, ge=2, le=200)
    """The newest items of a person that are looked at."""
    n_neighbours: int = Field(default=100, ge=5, le=500)
    """Other items that an item can lead to."""
    most_weighed: int = Field(default=5000, ge=0)
    """Items up to which all are weighed together as well (`linear`), which takes time that grows with the cube of their number."""
    per_category: int = Field(default=5, ge=1)
    """The most items of one category in a list."""
    repeat_share: float = Field(default=0.3, gt=0, le=1)
    """An item that at least this share of its buyers bought again is recommended to buyers, once it is due again; others never."""
    test_days: int = Field(default=28, ge=1)
    """The last days, which are foreseen from those before to see which way of recommending is best."""
    excluded_items: tuple[str, ...] = ()
    """Items that are never recommended."""
    excluded_categories: tuple[str, ...] = ()
    """Categories of which nothing is recommended."""
