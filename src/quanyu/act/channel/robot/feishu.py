"""A robot of 飞书."""

import base64
import hmac
from collections.abc import Mapping

from quanyu.act.channel.channel import Channel, imported
from quanyu.act.channel.robot.robot import CONFIGURATION, Robot, throttled

CHANNEL = Channel(
    "feishu_robot",
    "Feishu robot",
    (),
    22,
    audience="staff",
    open=imported("robot.line:open_feishu"),
    missing=imported("robot.line:missing_feishu"),
)


def signature(secret: str, seconds: int) -> str:
    """Return the signature of a moment: it is part of the key, and nothing is sealed.

    >>> signature("s3cret", 1_700_000_000)
    'IX3eHI0/v/Td7jqJ0ynSEK3Dq5JY3HUZeoeMgVZeZGo='
    """
    return base64.b64encode(hmac.digest(f"{seconds}\n{secret}".encode(), b"", "sha256")).decode("ascii")


def signed_fields(secret: str, seconds: float) -> Mapping[str, str]:
    """Return what is added to the body."""
    return {"timestamp": str(int(seconds)), "sign": signature(secret, int(seconds))}


ROBOT = Robot(
    wrap=lambda text: {"msg_type": "text", "content": {"text": text}},
    most_bytes=18_000,
    codes={
        11232: throttled(60),
        19001: CONFIGURATION,
        19021: CONFIGURATION,
        19022: CONFIGURATION,
        19024: CONFIGURATION,
    },
    code="code",
    fields=signed_fields,
)
