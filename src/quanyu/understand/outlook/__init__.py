"""What all customers together will bring, on a clock of demand, with an interval that held before."""

from quanyu.understand.outlook.ahead import ahead
from quanyu.understand.outlook.backtest import Past, origins
from quanyu.understand.outlook.clocked import cells_of, clock_of, on_clock, past_of
from quanyu.understand.outlook.demand_clock import Clock, told_clock
from quanyu.understand.outlook.outlook import foresee, outlook

__all__ = [
    "Clock",
    "Past",
    "ahead",
    "cells_of",
    "clock_of",
    "foresee",
    "on_clock",
    "origins",
    "outlook",
    "past_of",
    "told_clock",
]
