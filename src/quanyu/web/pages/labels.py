"""Words for the values that stages store as identifiers: channels, dimensions, groups, severities."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.tables.view.rfm_groups import BY_ID
from quanyu.tables.view.slice_names import slice_name
from quanyu.text import Text
from quanyu.web.view import View

EVIDENCE: Mapping[str, Text] = {"test": "known from a test", "both": "known from curve and test"}
"""What a return is known from, where a test of spend had a part in it."""
DIMENSIONS: Mapping[str, Text] = {
    "all": "Total",
    "channel": "Channel",
    "region": "Region",
    "new_old": "New and returning",
}


def slice_label(view: View, name: str | None) -> str:
    """Return the label of a slice; names of the user's own stay as they are."""
    return slice_name(name, view.language)


def group_label(view: View, group_id: str | None) -> str:
    """Return the name of an RFM group."""
    group = BY_ID.get(group_id or "")
    return group.name_in(view.language) if group else (group_id or "")
