"""How the money for ads is divided, and at what pace it is spent."""

from quanyu.decide.budget.budget import KEEP, Record, budget, known_channels, write
from quanyu.decide.budget.budget_read import BudgetView, CurveView, LineView, ScenarioView, budget_view
from quanyu.decide.budget.division import DAYS, SAME, AdChannel
from quanyu.decide.budget.proposal import propose_budget

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
    "budget",
    "budget_view",
    "known_channels",
    "propose_budget",
    "write",
]
