"""The crowd: RFM groups, and how people spread over traits."""

from quanyu.web.pages.portraits.traits import trait_value

__all__ = ["trait_value"]
