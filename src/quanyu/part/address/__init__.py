"""Addresses that people and programs name, and that a program inside the network must not be made to ask."""

from quanyu.part.address.guard import BarredError, checked_address, is_public

__all__ = ["BarredError", "checked_address", "is_public"]
