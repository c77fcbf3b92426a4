"""Rows of several files and of what is known become one per key."""

from quanyu.collect.merge.bring import Brought, Staged, bring, patch
from quanyu.collect.merge.double import doubles
from quanyu.collect.merge.namesake import namesakes
from quanyu.collect.merge.place import SEQ
from quanyu.collect.merge.rejoin import forget, rejoin, store, waiting_lines
from quanyu.collect.merge.whole import drop_untold, only_told, placed, tellings

__all__ = [
    "SEQ",
    "Brought",
    "Staged",
    "bring",
    "doubles",
    "drop_untold",
    "forget",
    "namesakes",
    "only_told",
    "patch",
    "placed",
    "rejoin",
    "store",
    "tellings",
    "waiting_lines",
]
