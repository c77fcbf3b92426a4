"""Webhooks out: programs that are told what happens, signed and until they answer."""

from quanyu.act.channel.hook.hook import STEP_PASSED, announce, deliver, post_to

__all__ = ["STEP_PASSED", "announce", "deliver", "post_to"]
