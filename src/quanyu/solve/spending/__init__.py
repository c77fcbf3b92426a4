"""What an order will be worth, and how much several orders together."""

from quanyu.solve.spending.gamma_gamma import GammaGamma, Spending, estimate_spending
from quanyu.solve.spending.spending_ahead import sum_chance

__all__ = ["GammaGamma", "Spending", "estimate_spending", "sum_chance"]
