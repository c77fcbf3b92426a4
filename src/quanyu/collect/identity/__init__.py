"""One person from many identifiers, on record and reversible."""

from quanyu.collect.identity import correction
from quanyu.collect.identity.explanation import EXPLAIN, Explanation, Link, explain
from quanyu.collect.identity.identity import Resolution

__all__ = ["EXPLAIN", "Explanation", "Link", "Resolution", "correction", "explain"]
