"""The log of a collector: append-only files with checksums, durable before the answer."""

from quanyu.collect.collector.log.log import FOLDER, Log, open_log
from quanyu.collect.collector.log.segment import entries, newest, segments

__all__ = ["FOLDER", "Log", "entries", "newest", "open_log", "segments"]
