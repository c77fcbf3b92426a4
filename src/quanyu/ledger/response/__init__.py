"""What came back from messages."""

from quanyu.ledger.response.response import (
    ResponseEntry,
    add_responses,
    count_unmirrored,
    list_responses,
    mark_mirrored,
    touched_responses,
)

__all__ = [
    "ResponseEntry",
    "add_responses",
    "count_unmirrored",
    "list_responses",
    "mark_mirrored",
    "touched_responses",
]
