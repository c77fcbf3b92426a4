"""Files as they are: found, unpacked, and known by what is in them."""

from quanyu.collect.file import find
from quanyu.collect.file.find import Found
from quanyu.collect.file.unpack import GUARDS, Print

__all__ = ["GUARDS", "Found", "Print", "find"]
