"""Audiences."""

from quanyu.web.pages.audiences.audiences import audiences

__all__ = ["audiences"]
