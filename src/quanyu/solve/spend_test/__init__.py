"""Tests of an ad channel's spend: the schedule, what it costs and may tell, how it is read, and what is believed then."""

from quanyu.solve.spend_test import belief, design, information_value, schedule
from quanyu.solve.spend_test.design import Design
from quanyu.solve.spend_test.reading import read

__all__ = ["Design", "belief", "design", "information_value", "read", "schedule"]
