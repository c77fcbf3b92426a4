"""What the stage act can be told."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from quanyu.settings.section import Section
from quanyu.text import Sentence


class PublicSettings(Section, name="public"):
    """Where people reach the shop's public pages: links in messages lead there."""

    url: str = Field(default="http://127.0.0.1:8081", pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    """Address of the public application as people see it, without a slash at its end."""


class GateSettings(Section, name="gates"):
    """When and how often people may be written to."""

    open_from: dt.time = dt.time(9)
    """Marketing leaves from this time of the day on, where the person is."""
    open_until: dt.time = dt.time(20)
    """Marketing leaves until this time of the day, where the person is."""
    caps: tuple[tuple[int, int], ...] = ((1, 1), (3, 7))
    """Marketing messages that one person gets at most, over all channels: pairs of (messages, days); the days are days of the
    shop's zone, today included. No pair: no cap."""
    complaint_days: int = Field(default=30, ge=0)
    """Days after a complaint in which its person gets no marketing; 0: complaints stop nothing."""
    low_score: float = Field(default=2, ge=0)
    """A review or survey with at most this score counts as a complaint."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> GateSettings:
        if self.open_from >= self.open_until:
            raise ValueError(
                Sentence(
                    "nothing could ever leave between {start} and {end}",
                    start=self.open_from,
                    end=self.open_until,
                )
            )
        if any(n < 1 or days < 1 for n, days in self.caps):
            raise ValueError(Sentence("a cap is at least 1 message in at least 1 day; no cap: []"))
        return self


class CampaignSettings(Section, name="campaign"):
    """What campaigns need before they are sent, and when they stop by themselves."""

    four_eyes_people: int = Field(default=1_000, ge=0)
    """Audiences of more people are approved by somebody else than wrote the campaign."""
    four_eyes_amount: float = Field(default=500, ge=0)
    """Campaigns that cost more are approved by somebody else than wrote them."""
    drift_share: float = Field(default=0.1, ge=0, le=1)
    """How far the audience at launch may differ from the number acknowledged at approval."""
    bounce_share: float = Field(default=0.05, gt=0, le=1)
    """A campaign pauses when more of its messages surely come back as undeliverable."""
    complaint_share: float = Field(default=0.003, gt=0, le=1)
    """A campaign pauses when more of its people surely complain."""
    lease_seconds: float = Field(default=300, ge=10)
    """How long a worker may hold sends without a word before it is taken for dead."""
    round_people: int = Field(default=20_000, ge=1)
    """Sends that a worker takes at once."""
