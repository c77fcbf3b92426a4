"""Money in one currency, by dated rates, and what is left of it as margin."""

from quanyu.collect.money.currency import Waiting, as_told, convert, in_currency, waiting

__all__ = ["Waiting", "as_told", "convert", "in_currency", "waiting"]
