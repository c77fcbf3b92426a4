"""What lies ahead of all customers together: demand against the usual, and an interval that held before."""

from quanyu.solve.outlook.conformal import Excess, excess, interval
from quanyu.solve.outlook.demand import Demand, relative_demand

__all__ = ["Demand", "Excess", "excess", "interval", "relative_demand"]
