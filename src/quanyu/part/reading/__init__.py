"""Reads that every door offers: queries, tables, decisions, and the audit log."""

from quanyu.part.reading.page import Limit, whom_after
from quanyu.part.reading.query import rows
from quanyu.part.reading.table import DESCRIBE, TABLES, Described

__all__ = ["DESCRIBE", "TABLES", "Described", "Limit", "rows", "whom_after"]
