"""The brief of a single message for whoever comes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quanyu.act.campaign.brief import Brief, brief_of
from quanyu.act.campaign.content import filled
from quanyu.workspace import Workspace


def as_brief(ws: Workspace, given: Mapping[str, Any]) -> Brief:
    """Return the brief of a message, with the words of contents that are kept; raise `CampaignError` for what it lacks."""
    return brief_of(filled(ws, given), has_whom=False)
