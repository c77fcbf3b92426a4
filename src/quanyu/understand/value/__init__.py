"""What every customer will be worth."""

from quanyu.understand.value import value_card, value_map
from quanyu.understand.value.value_card import Told

__all__ = ["Told", "value_card", "value_map"]
