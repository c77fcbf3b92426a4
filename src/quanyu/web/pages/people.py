"""Soon."""

from __future__ import annotations

from quanyu.web.view import View


def people(view: View) -> None:
    """Draw."""
