"""The right of a person to have what is known about them, and to have it erased; and how long anything is kept."""

from quanyu.act.erasure.erasure import ERASE, EXPORT
from quanyu.act.erasure.retention import EXPIRE

__all__ = ["ERASE", "EXPIRE", "EXPORT"]
