"""Everything about the data itself."""

from quanyu.web.pages.data.data import data

__all__ = ["data"]
