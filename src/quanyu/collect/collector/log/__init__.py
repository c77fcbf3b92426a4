"""The log of a collector: append-only files with checksums, durable before the answer."""

from quanyu.collect.collector.log.log import FOLDER, Log, cut_torn, open_log
from quanyu.collect.collector.log.segment import Entry, blank, entries, newest, segments

__all__ = ["FOLDER", "Entry", "Log", "blank", "cut_torn", "entries", "newest", "open_log", "segments"]
