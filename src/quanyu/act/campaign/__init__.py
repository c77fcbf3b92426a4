"""Campaigns: whom to write to, what, through which channels and when; sent once, on record, against a control group."""

from quanyu.act.campaign.brief import Brief
from quanyu.act.campaign.campaign import ACTIONS, Course, campaigns
from quanyu.act.campaign.check import Check
from quanyu.act.campaign.sending import send_due

__all__ = ["ACTIONS", "Brief", "Check", "Course", "campaigns", "send_due"]
