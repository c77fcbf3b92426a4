"""Webhooks out: programs that are told what happens, and the worker that tells them and lets messages leave."""

from quanyu.act.hook.hook import announce, deliver

__all__ = ["announce", "deliver"]
