"""Contents that are kept: as files, in versions, and what can be asked of them."""

from quanyu.act.content.kept.draft import Draft, draft_of, read_draft, read_file
from quanyu.act.content.kept.kept import CHECK, KEEP, LIST, PREVIEW, SHOW
from quanyu.act.content.kept.trial import TRY, Trial

ACTIONS = {action.name: action for action in (CHECK, KEEP, LIST, PREVIEW, SHOW, TRY)}
"""What can be done with contents, by name."""

__all__ = ["ACTIONS", "Draft", "Trial", "draft_of", "read_draft", "read_file"]
