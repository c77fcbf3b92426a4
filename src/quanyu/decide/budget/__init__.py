"""How the money for ads is divided, and at what pace it is spent."""

from quanyu.decide.budget.budget import KEEP, Record, known_channels, write
from quanyu.decide.budget.budget_read import BudgetView, CurveView, LineView, ScenarioView, budget_view
from quanyu.decide.budget.division import DAYS, SAME, AdChannel

__all__ = [
    "DAYS",
    "KEEP",
    "SAME",
    "AdChannel",
    "BudgetView",
    "CurveView",
    "LineView",
    "Record",
    "ScenarioView",
    "budget_view",
    "known_channels",
    "write",
]
