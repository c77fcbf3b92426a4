"""Sheets."""

from quanyu.web.parts.sheet.download import button, exports
from quanyu.web.parts.sheet.grid import grid
from quanyu.web.parts.sheet.sheet import Cell, Head, Kind, Sheet
from quanyu.web.parts.sheet.table import table

__all__ = ["Cell", "Head", "Kind", "Sheet", "button", "exports", "grid", "table"]
