"""What the stage act can be told."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, field_validator, model_validator

from quanyu.settings.section import Section
from quanyu.tables import CONTRACTS
from quanyu.text import Sentence


class PublicSettings(Section, name="public"):
    """Where people reach the shop's public pages: links in messages lead there."""

    url: str = Field(default="http://127.0.0.1:8081", pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    """Address of the public application as people see it, without a slash at its end."""


PROOF_DAYS = 1096
"""Three years: what was sent and what was agreed to must be shown for so long."""
PROOFS = ("messages", "deliveries", "consents")


class RetentionSettings(Section, name="retention"):
    """How long rows are kept that say when they happened."""

    days: dict[str, int] = Field(default_factory=dict)
    """Days by table, such as `events = 730`: older rows go with `quanyu people expire`. What is not named is kept. Messages,
    deliveries and consents are kept for three years at least."""

    @field_validator("days")
    @classmethod
    def _are_tables_with_a_time(cls, value: dict[str, int]) -> dict[str, int]:
        for name, days in value.items():
            if name not in CONTRACTS or not CONTRACTS[name].time:
                known = ", ".join(table for table, promise in CONTRACTS.items() if promise.time)
                raise ValueError(
                    Sentence(
                        "{table!r} is no table whose rows say when they happened: {known}",
                        table=name,
                        known=known,
                    )
                )
            least = PROOF_DAYS if name in PROOFS else 1
            if days < least:
                raise ValueError(
                    Sentence(
                        "{table} must be kept for {least} days at least, not {days}",
                        table=name,
                        least=least,
                        days=days,
                    )
                )
        return value


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
