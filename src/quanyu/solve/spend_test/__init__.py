"""Tests of an ad channel's spend: the schedule, what it costs and may tell, how it is read, and what is believed then."""

from quanyu.solve.spend_test.belief import Evidence, believed, convinced, is_compatible
from quanyu.solve.spend_test.design import LEVELS, WEEKS, Design, noise, power
from quanyu.solve.spend_test.information_value import InformationValue, Use, information_value
from quanyu.solve.spend_test.reading import Reading, read
from quanyu.solve.spend_test.schedule import HALVES, high_days, schedules

__all__ = [
    "HALVES",
    "LEVELS",
    "WEEKS",
    "Design",
    "Evidence",
    "InformationValue",
    "Reading",
    "Use",
    "believed",
    "convinced",
    "high_days",
    "information_value",
    "is_compatible",
    "noise",
    "power",
    "read",
    "schedules",
]
