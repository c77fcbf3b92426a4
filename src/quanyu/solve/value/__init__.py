"""Models of buying: who is still a customer, and how often they will buy."""

from quanyu.solve.value import pareto_nbd
from quanyu.solve.value.bg_bb import BgBb
from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.solve.value.estimate import Estimate
from quanyu.solve.value.kind import KINDS
from quanyu.solve.value.nbd import Nbd

__all__ = ["KINDS", "BgBb", "BgNbd", "Estimate", "Nbd", "pareto_nbd"]
