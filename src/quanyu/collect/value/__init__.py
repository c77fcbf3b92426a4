"""Values as people write them: figures, times, identifiers; what is certain is read, the rest says why not."""

from quanyu.collect.value import identifier
from quanyu.collect.value.careful import mark_told, order_told, teach, why_no_figure, why_no_time
from quanyu.collect.value.clean import NULLS, Habits, clean, half_masked, narrowed, unmasked
from quanyu.collect.value.identifier import LONG, ZEROS, is_floated, is_garbled
from quanyu.collect.value.value import (
    EXACT,
    FIGURES,
    MONEY,
    QUICK,
    READERS,
    THOUSAND,
    TIMELY,
    mapped,
    matches,
)

__all__ = [
    "EXACT",
    "FIGURES",
    "LONG",
    "MONEY",
    "NULLS",
    "QUICK",
    "READERS",
    "THOUSAND",
    "TIMELY",
    "ZEROS",
    "Habits",
    "clean",
    "half_masked",
    "identifier",
    "is_floated",
    "is_garbled",
    "mapped",
    "mark_told",
    "matches",
    "narrowed",
    "order_told",
    "teach",
    "unmasked",
    "why_no_figure",
    "why_no_time",
]
