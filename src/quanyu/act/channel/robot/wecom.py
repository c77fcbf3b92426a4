"""A robot of 企业微信; it knows no signature, its address is its key."""

from quanyu.act.channel.channel import Channel, imported
from quanyu.act.channel.robot.robot import CONFIGURATION, PASSING, Robot, throttled

CHANNEL = Channel(
    "wecom_robot",
    "WeCom robot",
    (),
    20,
    audience="staff",
    open=imported("robot.line:open_wecom"),
    missing=imported("robot.line:missing_wecom"),
)
ROBOT = Robot(
    wrap=lambda text: {"msgtype": "text", "text": {"content": text}},
    most_bytes=2_048,
    codes={45009: throttled(60), 93000: CONFIGURATION, -1: PASSING},
)
