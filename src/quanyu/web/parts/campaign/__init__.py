"""Campaigns: whom they reach, what became of everybody, what they truly earned, and what was found in their contents."""

from quanyu.web.parts.campaign.account import account
from quanyu.web.parts.campaign.findings import shown_findings
from quanyu.web.parts.campaign.reach import read_reach, rule_told, shown_reach
from quanyu.web.parts.campaign.result import result

__all__ = ["account", "read_reach", "result", "rule_told", "shown_findings", "shown_reach"]
