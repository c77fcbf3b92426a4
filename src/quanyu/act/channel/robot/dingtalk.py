"""A robot of 钉钉."""

import base64
import hmac
from urllib.parse import quote

from quanyu.act.channel.channel import Channel, imported
from quanyu.act.channel.robot.robot import CONFIGURATION, PASSING, Robot, throttled

CHANNEL = Channel(
    "dingtalk_robot",
    "DingTalk robot",
    (),
    21,
    audience="staff",
    open=imported("robot.line:open_dingtalk"),
    missing=imported("robot.line:missing_dingtalk"),
)


def signature(secret: str, milliseconds: int) -> str:
    """Return the signature of a moment, before it is quoted: the secret is the key and part of what is sealed.

    >>> signature("s3cret", 1_700_000_000_000)
    'MT7bXSNfVTPzQMEuLWvmMNbmZSCUY1X6YKn9AxBnLsI='
    """
    return base64.b64encode(
        hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256")
    ).decode("ascii")


def signed_query(secret: str, seconds: float) -> str:
    """Return what is added to the address."""
    milliseconds = int(seconds * 1_000)
    return f"timestamp={milliseconds}&sign={quote(signature(secret, milliseconds), safe='')}"


ROBOT = Robot(
    wrap=lambda text: {"msgtype": "text", "text": {"content": text}},
    most_bytes=16_000,
    codes={
        310000: CONFIGURATION,
        300001: CONFIGURATION,
        300005: CONFIGURATION,
        130101: throttled(600),
        -1: PASSING,
    },
    query=signed_query,
)
