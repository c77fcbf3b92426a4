"""Checks of contents: the law, prices, missing variables, the channel, and how a mail is built."""

from quanyu.act.content.check.check import check_content, is_blocked
from quanyu.act.content.check.finding import Finding

__all__ = ["Finding", "check_content", "is_blocked"]
