"""The log of a collector: append-only files with checksums, durable before the answer."""

from quanyu.collect.collector.log.log import Log, open_log
from quanyu.collect.collector.log.segment import Entry, entries, newest, segments

__all__ = ["Entry", "Log", "entries", "newest", "open_log", "segments"]
