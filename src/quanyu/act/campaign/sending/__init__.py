"""Sending: workers that take what is due, hand it over, and settle each send once."""

from quanyu.act.campaign.sending.worker import send_due

__all__ = ["send_due"]
