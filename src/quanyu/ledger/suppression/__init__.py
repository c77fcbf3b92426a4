"""Contacts that must not be written to."""

from quanyu.ledger.suppression.suppression import (
    WILL,
    Suppression,
    add_suppressions,
    drop_suppressions,
    list_suppressions,
    refused_since,
)

__all__ = [
    "WILL",
    "Suppression",
    "add_suppressions",
    "drop_suppressions",
    "list_suppressions",
    "refused_since",
]
