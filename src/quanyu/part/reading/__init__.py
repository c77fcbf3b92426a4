"""Reads that every door offers: queries, tables, decisions, and the audit log; and whom what somebody types may mean."""

from quanyu.part.reading.identifier import keys_of
from quanyu.part.reading.query import rows
from quanyu.part.reading.table import DESCRIBE, TABLES

__all__ = ["DESCRIBE", "TABLES", "keys_of", "rows"]
