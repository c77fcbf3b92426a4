"""What the stage act can be told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
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
    mailbox: str = Field(default="", pattern=r"^(|maildir:.+|imaps?://[^\s/@]+@?[^\s/@]+(/\S+)?)$")
    """Where mail comes back to: `maildir:FOLDER`, or `imaps://USER@HOST/FOLDER`; nothing: none is read."""
    mailbox_password: SecretStr = NONE
    """Password of that mailbox; better in the variable QUANYU_MAIL__MAILBOX_PASSWORD than in a file."""
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
    hook_password: SecretStr = NONE
    """Password in the address to which the provider posts receipts and answers; nothing: only answers are believed."""
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


class WechatSettings(Section, name="wechat"):
    """The shop's WeChat account, and which of its messages are sent."""

    app_id: str = ""
    """AppID of the account; nothing: no messages are sent."""
    app_secret: SecretStr = NONE
    """AppSecret; better in the variable QUANYU_WECHAT__APP_SECRET than in a file."""
    message: Literal["template", "subscribe", "mini"] = "subscribe"
    """`template` messages of a 公众号 (service notices only), its `subscribe` notices, or those of a `mini` program."""
    url: str = "https://api.weixin.qq.com"
    """Address of the interface."""
    lanes: int = Field(default=4, ge=1, le=100)
    """Requests at once, of each worker."""
    timeout_seconds: float = Field(default=10, gt=0)
    """How long WeChat may take to answer."""


class PushSettings(Section, name="push"):
    """Notifications of the shop's app, by JPush."""

    app_key: str = ""
    """AppKey of the app; nothing: no notifications are sent."""
    master_secret: SecretStr = NONE
    """Master Secret; better in the variable QUANYU_PUSH__MASTER_SECRET than in a file."""
    is_production: bool = True
    """Whether iPhones get them over Apple's production service."""
    live_seconds: int = Field(default=86_400, ge=0, le=864_000)
    """How long a notification waits for a telephone that is off."""
    url: str = "https://api.jpush.cn"
    """Address of the interface."""
    lanes: int = Field(default=4, ge=1, le=100)
    """Requests at once, of each worker."""
    timeout_seconds: float = Field(default=10, gt=0)
    """How long JPush may take to answer."""
