"""Sheets as lists, tables and files."""

from quanyu.web.parts.table.download import button, exports
from quanyu.web.parts.table.grid import grid
from quanyu.web.parts.table.table import table

__all__ = ["button", "exports", "grid", "table"]
