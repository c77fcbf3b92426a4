"""Soon."""

from __future__ import annotations

from quanyu.web.view import View


def person(view: View, person_id: str) -> None:
    """Draw."""
