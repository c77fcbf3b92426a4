"""Contents that are kept: as files, in versions, and what can be asked of them."""

from quanyu.act.content.kept.draft import Draft, draft_of, read_draft, read_file
from quanyu.act.content.kept.kept import CHECK, KEEP, LIST, PREVIEW, SHOW, check_draft, found

__all__ = [
    "CHECK",
    "KEEP",
    "LIST",
    "PREVIEW",
    "SHOW",
    "Draft",
    "check_draft",
    "draft_of",
    "found",
    "read_draft",
    "read_file",
]
