"""Contents: what messages say, in versions that never change."""

from quanyu.ledger.content.content import (
    KeptContent,
    content_versions,
    find_content,
    keep_content,
    list_contents,
)

__all__ = ["KeptContent", "content_versions", "find_content", "keep_content", "list_contents"]
