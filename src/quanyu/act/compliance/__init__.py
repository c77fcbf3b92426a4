"""Compliance: what a text or a price says against the law on advertising, before anybody is sent it."""

from quanyu.act.compliance.asked_price import CHECK_PRICE, check_price
from quanyu.act.compliance.check import CHECK_TEXT, Finding, check_text
from quanyu.act.compliance.kind import Category
from quanyu.act.compliance.price import Offer

__all__ = ["CHECK_PRICE", "CHECK_TEXT", "Category", "Finding", "Offer", "check_price", "check_text"]
