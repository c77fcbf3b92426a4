"""The right of a person to have what is known about them, and to have it erased."""

from quanyu.act.erasure.erasure import ERASE, EXPORT, Asked, Erased, Exported

__all__ = ["ERASE", "EXPORT", "Asked", "Erased", "Exported"]
