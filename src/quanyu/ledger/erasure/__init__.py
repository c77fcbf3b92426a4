"""Records of one person: found, and taken out."""

from quanyu.ledger.erasure.erasure import erase_records, find_records, scrub

__all__ = ["erase_records", "find_records", "scrub"]
