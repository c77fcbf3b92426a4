"""Soon."""

from __future__ import annotations

from quanyu.web.view import View


def portraits(view: View) -> None:
    """Draw."""
