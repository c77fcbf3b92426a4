"""What all customers together will bring, on a clock of demand, with an interval that held before."""

from quanyu.understand.outlook import backtest, clocked, demand_clock
from quanyu.understand.outlook.ahead import ahead
from quanyu.understand.outlook.outlook import foresee, outlook

__all__ = ["ahead", "backtest", "clocked", "demand_clock", "foresee", "outlook"]
