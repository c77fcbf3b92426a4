"""The budget."""

from quanyu.web.pages.budget.budget import budget

__all__ = ["budget"]
