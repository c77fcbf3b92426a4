"""Rows of what people did: as tables to be added up, and one by one as they happen."""

from quanyu.rule.row.occurrence import did_of, occurrences
from quanyu.rule.row.source import AT, cell, owners, rows_of

__all__ = ["AT", "cell", "did_of", "occurrences", "owners", "rows_of"]
