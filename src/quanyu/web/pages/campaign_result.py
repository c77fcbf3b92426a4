"""What a campaign truly earned: treated against control, with intervals."""

from __future__ import annotations

from quanyu.web.view import View


def result(view: View, campaign_id: str) -> None:
    """Place the measured lifts of a campaign."""
