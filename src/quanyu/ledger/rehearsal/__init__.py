"""The ledger of a rehearsal, which is gone afterwards."""

from quanyu.ledger.rehearsal.rehearsal import copy_known, deliver, left

__all__ = ["copy_known", "deliver", "left"]
