"""Checks of contents: the law, prices, missing variables, the channel, and how a mail is built."""

from quanyu.act.content.check.check import CATEGORIES, check_content, is_blocked
from quanyu.act.content.check.finding import Finding

__all__ = ["CATEGORIES", "Finding", "check_content", "is_blocked"]
