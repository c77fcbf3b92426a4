"""One person from many identifiers, on record and reversible."""

from quanyu.collect.identity.correction import MERGE, SPLIT
from quanyu.collect.identity.explanation import EXPLAIN, Explanation, Link, explain
from quanyu.collect.identity.identity import Resolution

__all__ = ["EXPLAIN", "MERGE", "SPLIT", "Explanation", "Link", "Resolution", "explain"]
