"""How far an order has come."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """The states of an order, as the numbers that stand in arrays."""

    PLACED = 0
    PAID = 1
    SHIPPED = 2
    COMPLETED = 3
    CLOSED = 4


STATUSES = tuple(name.lower() for name in Status.__members__)
