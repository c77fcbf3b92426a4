"""How much of something may happen in a stretch of time, over all processes."""

from quanyu.ledger.allowance.allowance import take_allowance

__all__ = ["take_allowance"]
