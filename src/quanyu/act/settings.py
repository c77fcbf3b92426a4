"""What the stage act can be told: how each channel is reached. Secrets are better given as variables than in the file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, SecretStr

from quanyu.settings.section import Section

NONE = SecretStr("")


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
