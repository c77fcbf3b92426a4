"""Tests of an ad channel's spend: the schedule, what it costs and may tell, how it is read, and what is believed then."""

from quanyu.solve.spend_test.belief import Evidence, believed, convinced, is_compatible
from quanyu.solve.spend_test.design import LEVELS, WEEKS, Design, noise, power
from quanyu.solve.spend_test.reading import Reading, read
from quanyu.solve.spend_test.schedule import HALVES, high_days, schedules
from quanyu.solve.spend_test.worth import Use, Worth, worth_of

__all__ = [
    "HALVES",
    "LEVELS",
    "WEEKS",
    "Design",
    "Evidence",
    "Reading",
    "Use",
    "Worth",
    "believed",
    "convinced",
    "high_days",
    "is_compatible",
    "noise",
    "power",
    "read",
    "schedules",
    "worth_of",
]
