"""What the stage act can be told. Secrets are better given as variables than in the file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from quanyu.settings.section import Section
from quanyu.text import Sentence

NONE = SecretStr("")


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


class MailSettings(Section, name="mail"):
    """The mail server of the shop, who writes, and how fast."""

    host: str = ""
    """The mail server that takes the messages; nothing: no mail is sent."""
    port: int = Field(default=0, ge=0, le=65_535)
    """Its port; 0: 587 with starttls, 465 with ssl, 25 without either."""
    security: Literal["starttls", "ssl", "none"] = "starttls"
    """How the line is kept secret; `none` is for a server on the same machine."""
    ca_file: str = ""
    """Certificates that are trusted for the server; nothing: those of the system."""
    user: str = ""
    """Name to log in with; nothing: no login."""
    password: SecretStr = NONE
    """Password to log in with; better as the variable."""
    hello_name: str = ""
    """How the program greets the server; nothing: the domain of `from_address`."""
    from_address: str = ""
    """Who writes, such as news@shop.cn; nothing: no mail is sent."""
    from_name: str = ""
    """The name beside the address."""
    reply_to: str = ""
    """Where answers go; nothing: to `from_address`."""
    bounce_address: str = ""
    """Where servers report what could not be delivered; nothing: to `from_address`."""
    unsubscribe_address: str = ""
    """An address that takes refusals by mail, beside the link; nothing: the link alone."""
    dkim_domain: str = ""
    """The domain that signs; nothing: that of `from_address`."""
    dkim_keys: dict[str, str] = Field(default_factory=dict)
    """Files with private keys that sign, RSA or Ed25519, by selector; nothing: the server signs."""
    connections: int = Field(default=4, ge=1, le=100)
    """Lines to the server at the same time."""
    timeout_seconds: float = Field(default=60, gt=0)
    """How long the server may be silent before a line is given up."""
    per_minute: dict[str, int] = Field(default_factory=dict)
    """The most that a mailbox provider gets in a minute, by name (gmail, outlook, yahoo, icloud, qq, netease, sina …) or domain;
    `*`: each of the others."""
    warm_up_from: dt.date | None = None
    """The first day of a new sender: until `warm_up` is over, every provider gets no more a day than it says."""
    warm_up: tuple[int, ...] = (
        50,
        100,
        200,
        400,
        800,
        1600,
        3200,
        6400,
        12_800,
        25_600,
        51_200,
        102_400,
        204_800,
        409_600,
    )
    """Mails to one provider on the first day, the second, and so on; after the last there is no limit."""
