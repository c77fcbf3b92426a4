"""How the money for ads is divided, and at what pace it is spent."""

from quanyu.decide.budget import budget_read
from quanyu.decide.budget.budget import known_channels, write
from quanyu.decide.budget.division import DAYS, SAME, AdChannel

__all__ = ["DAYS", "SAME", "AdChannel", "budget_read", "known_channels", "write"]
