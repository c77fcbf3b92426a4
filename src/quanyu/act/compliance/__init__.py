"""Compliance: what a text or a price says against the law on advertising, before anybody is sent it."""

from quanyu.act.compliance.check import CHECK_TEXT, check_text
from quanyu.act.compliance.deal import deals_of
from quanyu.act.compliance.kind import Category
from quanyu.act.compliance.price import Offer, check_offer

__all__ = ["CHECK_TEXT", "Category", "Offer", "check_offer", "check_text", "deals_of"]
