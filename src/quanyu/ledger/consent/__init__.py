"""What people said to the shop itself about being written to."""

from quanyu.ledger.consent.consent import (
    ConsentEntry,
    add_consents,
    count_unmerged,
    list_consents,
    mark_merged,
    unmerged_consents,
)

__all__ = [
    "ConsentEntry",
    "add_consents",
    "count_unmerged",
    "list_consents",
    "mark_merged",
    "unmerged_consents",
]
