"""Operational records only: the single home of sqlalchemy."""

from quanyu.ledger.load import (
    Load,
    Tally,
    begin_load,
    fail_interrupted_loads,
    fail_load,
    find_load,
    finish_load,
    list_loads,
)
from quanyu.ledger.run import (
    Run,
    StepPlan,
    begin_step,
    fail_interrupted_steps,
    fail_step,
    finish_step,
    last_good,
    list_runs,
)
from quanyu.ledger.session import Ledger, Scope, open_ledger

__all__ = [
    "Ledger",
    "Load",
    "Run",
    "Scope",
    "StepPlan",
    "Tally",
    "begin_load",
    "begin_step",
    "fail_interrupted_loads",
    "fail_interrupted_steps",
    "fail_load",
    "fail_step",
    "find_load",
    "finish_load",
    "finish_step",
    "last_good",
    "list_loads",
    "list_runs",
    "open_ledger",
]
