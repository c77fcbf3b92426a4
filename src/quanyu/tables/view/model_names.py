"""What models are called, in the order in which they are shown: English, the key of the translation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanyu.tables.view.credit import CLAIMED
from quanyu.text import Text

CREDIT: Mapping[str, Text] = MappingProxyType(
    {
        "markov": "Markov chain", "shapley": "Shapley", "linear": "Linear", "time_decay": "Time decay",
        "position": "Position (U-shape)", "first": "First touch", "last": "Last touch",
        "shapley_rate": "Shapley of rates", "shapley_ordered": "Ordered Shapley", CLAIMED: "Claimed by platforms",
    }
)  # fmt: skip
"""The models that credit channels; where one is told, it is the first of them that divides orders."""

LIFETIME: Mapping[str, str] = MappingProxyType(
    {"bg_nbd": "BG/NBD", "mbg_nbd": "MBG/NBD", "pareto_nbd": "Pareto/NBD"}
)
"""The models of purchases and of leaving."""
