"""Models of buying: who is still a customer, how often they will buy, and what an order will be worth."""

from quanyu.solve.value.bg_bb import BgBb
from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.solve.value.estimate import Estimate, estimate
from quanyu.solve.value.gamma_gamma import GammaGamma, Spending, estimate_spending
from quanyu.solve.value.likelihood import Maximum
from quanyu.solve.value.mbg_nbd import MbgNbd
from quanyu.solve.value.nbd import Nbd
from quanyu.solve.value.pareto_nbd import NODE, REACH, WEIGHT, ParetoNbd
from quanyu.solve.value.spending_ahead import sum_chance

__all__ = [
    "NODE",
    "REACH",
    "WEIGHT",
    "BgBb",
    "BgNbd",
    "Estimate",
    "GammaGamma",
    "Maximum",
    "MbgNbd",
    "Nbd",
    "ParetoNbd",
    "Spending",
    "estimate",
    "estimate_spending",
    "sum_chance",
]
