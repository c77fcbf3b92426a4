"""What the stage act can be told. Secrets are better given as variables than in the file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from quanyu.settings.section import Section
from quanyu.tables import CONTRACTS
from quanyu.text import Sentence

NONE = SecretStr("")


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
    unsubscribe_share: float = Field(default=0.02, gt=0, le=1)
    """A campaign pauses when more of its people surely unsubscribe."""
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
    mailbox: str = Field(default="", pattern=r"^(|maildir:.+|imaps?://[^\s/@]+@?[^\s/@]+(/\S+)?)$")
    """Where mail comes back to: `maildir:FOLDER`, or `imaps://USER@HOST/FOLDER`; nothing: none is read."""
    mailbox_password: SecretStr = NONE
    """Password of that mailbox; better in the variable QUANYU_MAIL__MAILBOX_PASSWORD than in a file."""


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


class SiteSettings(Section, name="site"):
    """Messages in slots of the shop's own pages; the fields `days` and `times` of a message go before these."""

    days: int = Field(default=14, ge=1, le=365)
    """For so many days a message waits to be shown, and is shown."""
    times: int = Field(default=3, ge=1, le=1000)
    """How often one is shown to a person at most; within half an hour it counts once."""


class WecomSettings(Section, name="wecom"):
    """The shop's company in WeCom (企业微信): an app that writes to staff, and staff who write to customers."""

    corp_id: str = ""
    """ID of the company (corpid)."""
    agent_id: int = 0
    """AgentId of the app that writes to staff."""
    app_secret: SecretStr = NONE
    """Secret of that app; better in the variable QUANYU_WECOM__APP_SECRET than in a file."""
    app_receivers: str = "@all"
    """Whom it writes to: names of members with | between them; `@all`: everybody who sees the app."""
    customer_secret: SecretStr = NONE
    """Secret of 客户联系; better in the variable QUANYU_WECOM__CUSTOMER_SECRET than in a file."""
    sender: str = ""
    """The member of staff who confirms messages to customers; nothing: whoever has the customer."""
    url: str = "https://qyapi.weixin.qq.com"
    """Address of the interface."""
    timeout_seconds: float = Field(default=10, gt=0)
    """How long WeCom may take to answer."""
