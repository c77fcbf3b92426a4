"""What every customer will be worth."""

from quanyu.understand.value.value_card import Holdout, ModelCard, Parameter, Told, Tracking
from quanyu.understand.value.value_map import BOUGHT, QUIET, Tenth, Valued, ValueMap, value_map, value_members

__all__ = [
    "BOUGHT",
    "QUIET",
    "Holdout",
    "ModelCard",
    "Parameter",
    "Tenth",
    "Told",
    "Tracking",
    "ValueMap",
    "Valued",
    "value_map",
    "value_members",
]
