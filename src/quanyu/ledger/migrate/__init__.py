"""Bring a ledger to the newest schema: one file in `versions` per change, never edited once released."""

from quanyu.ledger.migrate.version import HEAD, is_current

__all__ = ["HEAD", "is_current"]
