"""Audiences that an ad platform matches by hashed identifiers."""

from quanyu.act.channel.channel import Channel

CHANNEL = Channel("ads", "Ad platforms", ("phone", "email"), 5)
