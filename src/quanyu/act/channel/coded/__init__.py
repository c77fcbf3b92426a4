"""Accounts of WeChat and WeCom: a token for some time, and a code in every answer."""

from quanyu.act.channel.coded.coded import ACCOUNT, CodedApi, Login, Meaning

__all__ = ["ACCOUNT", "CodedApi", "Login", "Meaning"]
