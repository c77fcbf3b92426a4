"""What the stage act can be told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from quanyu.settings.section import Section

NONE = SecretStr("")


class PublicSettings(Section, name="public"):
    """Where people reach the shop's public pages: links in messages lead there."""

    url: str = Field(default="http://127.0.0.1:8081", pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    """Address of the public application as people see it, without a slash at its end."""


class MailSettings(Section, name="mail"):
    """The mail server that takes the shop's mail, who it is from, how it is signed and how fast it goes."""

    host: str = ""
    """Name of the mail server; nothing: no mail is sent."""
    port: int = Field(default=587, ge=1, le=65_535)
    """Port of the mail server: 587 with `starttls`, 465 with `tls`, 25 inside one's own network."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the line is kept private; `none` only inside one's own network."""
    ca_file: Path | None = None
    """Certificates to trust beside those of the system, for a server with a certificate of one's own."""
    user: str = ""
    """Name to sign in with; nothing: without signing in."""
    password: SecretStr = NONE
    """Password to sign in with; better in the variable QUANYU_MAIL__PASSWORD than in a file."""
    from_address: str = ""
    """Address that mail is from; its domain is the shop's."""
    from_name: str = ""
    """Name that mail is from; nothing: the name of the shop."""
    reply_to: str = ""
    """Address that answers go to; nothing: the one that mail is from."""
    return_path: str = ""
    """Address that mail which cannot be delivered comes back to; the key of each message is put before its @ as `+key`.
    Nothing: mail comes back to `from_address`, without a key."""
    unsubscribe_address: str = ""
    """Address that takes unsubscriptions by mail, beside the link; nothing: only the link."""
    dkim_domain: str = ""
    """Domain in whose name mail is signed; nothing: that of `from_address`."""
    dkim_selector: str = ""
    """Selector under which the public key stands in the domain name system."""
    dkim_key_file: Path | None = None
    """Private key in PEM form, RSA or Ed25519; nothing: mail is not signed here. Gmail and others check RSA only."""
    connections: int = Field(default=4, ge=1, le=100)
    """Connections to the server at once, of each worker."""
    messages_per_connection: int = Field(default=500, ge=1)
    """Messages after which a connection is made anew."""
    timeout_seconds: float = Field(default=60, gt=0)
    """How long the server may be silent before a connection is taken for lost."""
    per_minute: dict[str, int] = Field(default_factory=dict)
    """Messages a minute to a mail provider: a name such as `gmail`, `qq`, `netease` or `outlook`, or a domain; `*` stands for each
    of the others."""
    warm_up_from: dt.date | None = None
    """First day of the warm-up of a new sending address; nothing: none."""
    warm_up: tuple[int, ...] = (50, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000, 70_000, 100_000)
    """Messages that each mail provider gets at most on the first day, the second, and so on; after the last there is no limit."""


class SmsSettings(Section, name="sms"):
    """The provider that takes the shop's text messages, and the signature they bear."""

    provider: Literal["aliyun", "tencent", ""] = ""
    """`aliyun` or `tencent`; nothing: no text messages are sent."""
    key_id: str = ""
    """AccessKey ID (Aliyun) or SecretId (Tencent)."""
    key_secret: SecretStr = NONE
    """AccessKey secret or SecretKey; better in the variable QUANYU_SMS__KEY_SECRET than in a file."""
    app_id: str = ""
    """SdkAppId of Tencent."""
    region: str = "ap-guangzhou"
    """Region of Tencent."""
    signature: str = ""
    """Approved signature, without 【】."""
    price_amount: float = Field(default=0.045, ge=0)
    """Price of one part, in the workspace's currency."""
    url: str = ""
    """Address to ask instead of the provider's, for a proxy; nothing: the provider's."""
    lanes: int = Field(default=8, ge=1, le=100)
    """Requests at once, of each worker."""
    timeout_seconds: float = Field(default=10, gt=0)
    """How long the provider may take to answer."""


class WebhookSettings(Section, name="webhook"):
    """A program of one's own that takes messages by signed requests (Standard Webhooks)."""

    url: str = ""
    """Address of the program, beginning with https://; nothing: none is asked."""
    secret: SecretStr = NONE
    """Key of the signatures: `whsec_` and at least 24 bytes in base64."""
    allow_private: bool = False
    """Whether the program may be inside one's own network, and be asked without TLS."""
    lanes: int = Field(default=4, ge=1, le=100)
    """Requests at once, of each worker."""
    timeout_seconds: float = Field(default=15, gt=0)
    """How long the program may take to answer."""


class RobotSettings(Section, name="robot"):
    """Robots in groups of the shop's own staff, by the addresses that the groups show."""

    wecom_url: SecretStr = NONE
    """Address of a robot of 企业微信."""
    dingtalk_url: SecretStr = NONE
    """Address of a robot of 钉钉."""
    dingtalk_secret: SecretStr = NONE
    """Key of its signatures; nothing: it takes keywords instead."""
    feishu_url: SecretStr = NONE
    """Address of a robot of 飞书."""
    feishu_secret: SecretStr = NONE
    """Key of its signatures; nothing: it takes keywords instead."""
    timeout_seconds: float = Field(default=10, gt=0)
    """How long a robot may take to answer."""
