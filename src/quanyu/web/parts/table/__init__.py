"""Sheets as lists, tables and files."""

from quanyu.web.parts.table.download import exports
from quanyu.web.parts.table.grid import grid
from quanyu.web.parts.table.stream import Stream, serve_streams, stream_exports
from quanyu.web.parts.table.table import table

__all__ = ["Stream", "exports", "grid", "serve_streams", "stream_exports", "table"]
