"""The crowd."""

from quanyu.web.pages.portraits.portraits import portraits
from quanyu.web.pages.portraits.traits import trait_value

__all__ = ["portraits", "trait_value"]
