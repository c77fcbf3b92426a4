"""Files as they are: found, unpacked, decoded and cut into records."""

from quanyu.collect.file.find import FULL, Found, files_in, find, seen_of, unreadable
from quanyu.collect.file.sniff import ROWS, n_known
from quanyu.collect.file.source import Opened, Rows, open_found
from quanyu.collect.file.unpack import GUARDS, Print

__all__ = [
    "FULL",
    "GUARDS",
    "ROWS",
    "Found",
    "Opened",
    "Print",
    "Rows",
    "files_in",
    "find",
    "n_known",
    "open_found",
    "seen_of",
    "unreadable",
]
