"""Soon."""

from __future__ import annotations

from quanyu.web.view import View


def data(view: View) -> None:
    """Draw."""
