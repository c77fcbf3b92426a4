"""Checks of contents: the law, prices, missing variables, the channel, and how a mail is built."""

from quanyu.act.content.check.check import as_draft, check_content
from quanyu.act.content.check.finding import Finding

__all__ = ["Finding", "as_draft", "check_content"]
