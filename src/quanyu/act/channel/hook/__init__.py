"""Webhooks out: programs that are told what happens, signed and until they answer."""

from quanyu.act.channel.hook.hook import announce, deliver

__all__ = ["announce", "deliver"]
