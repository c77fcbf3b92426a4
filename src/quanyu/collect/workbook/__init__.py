"""Workbooks of every kind: their sheets as rows of text."""

from quanyu.collect.workbook.sheet import Lines, Sheet, read_sheet, sheets_of

__all__ = ["Lines", "Sheet", "read_sheet", "sheets_of"]
