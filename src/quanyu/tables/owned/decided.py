"""What was proposed and approved. Owned by the stage decide; its tables come with the methods that fill them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.owned.spend_test import SPEND_TESTS
from quanyu.text import Text

REFUSALS: Mapping[str, Text] = MappingProxyType(
    {
        "no_spend": "Nothing was spent on ads lately",
        "no_curve_known": "No channel's effect can be told from nothing yet",
        "gain_uncertain": "The gain is not probable enough",
        "no_better": "The present split is as good as any within the limits",
        "out_of_reach": "The total cannot be reached within floors and the step limit",
        "blind": "Money would move at a channel of which nothing is known",
    }
)
"""Why no change of the budget is proposed, by the word in `reason`."""

KEEP = "keep"
SCENARIOS = (KEEP, "less", "more")
_PROPOSAL = C("proposal_id", "text", "方案", "Proposal", is_required=True)
_SCENARIO = C("scenario", "text", "情景", "Scenario", is_required=True, allowed=SCENARIOS,
              note="keep: the total as it is, which is the proposal; less and more: a fifth less, a fifth more")  # fmt: skip
_AS_OF = C("as_of", "day", "截至", "As of", is_required=True)

BUDGETS = Table(
    "budgets", "decide", "预算方案", "Budget proposals", "proposal and scenario", ("proposal_id", "scenario"),
    (
        _PROPOSAL,
        _SCENARIO,
        _AS_OF,
        C("status", "text", "状态", "Status", is_required=True, allowed=("proposed", "kept", "refused"),
          note="kept: the present split is as good as any within the limits; refused: cannot tell"),
        C("reason", "text", "原因", "Reason", allowed=("", *REFUSALS), note="why nothing is proposed"),
        C("total_amount", "money", "可用总额/日", "Total per day", unit="currency", note="the most that may be given to channels"),
        C("current_amount", "money", "当前花费/日", "Present spend per day", unit="currency"),
        C("proposed_amount", "money", "建议花费/日", "Proposed spend per day", unit="currency"),
        C("reserve_amount", "money", "预备金/日", "Reserve per day", unit="currency", note="total less what is given to channels"),
        C("expected_gain_amount", "money", "预期增益/周", "Expected gain per week", unit="currency",
          note="profit, margin less spend, of the best division found, even where it is not proposed"),
        C("expected_gain_amount_low", "money", "预期增益下限", "Expected gain, low", unit="currency"),
        C("expected_gain_amount_high", "money", "预期增益上限", "Expected gain, high", unit="currency"),
        C("p_gain", "number", "增益概率", "P of a gain", low=0, high=1),
        C("fit_id", "text", "模型", "Fit"),
    ),
)  # fmt: skip

BUDGET_LINES = Table(
    "budget_lines", "decide", "预算明细", "Budget lines", "proposal, scenario and ad channel",
    ("proposal_id", "scenario", "channel"),
    (
        _PROPOSAL,
        _SCENARIO,
        C("channel", "text", "投放渠道", "Ad channel", is_required=True),
        _AS_OF,
        C("curve_status", "text", "曲线状态", "Curve", allowed=("known", "cannot_tell")),
        C("reason", "text", "原因", "Reason", note="why its curve cannot be told"),
        C("current_amount", "money", "当前花费/日", "Present spend per day", unit="currency"),
        C("proposed_amount", "money", "建议花费/日", "Proposed spend per day", unit="currency"),
        C("change_rate", "number", "变化", "Change", note="proposed against present"),
        C("least_amount", "money", "下限/日", "Least per day", unit="currency", note="by floor and step limit"),
        C("most_amount", "money", "上限/日", "Most per day", unit="currency", note="by cap and step limit"),
        C("marginal_return", "number", "边际回报", "Marginal return", note="at the present spend"),
        C("marginal_return_proposed", "number", "建议处边际回报", "Marginal return, proposed"),
        C("expected_gain_amount", "money", "预期增益/周", "Expected gain per week", unit="currency"),
        C("expected_gain_amount_low", "money", "预期增益下限", "Expected gain, low", unit="currency"),
        C("expected_gain_amount_high", "money", "预期增益上限", "Expected gain, high", unit="currency"),
        C("evidence", "text", "依据", "Evidence", allowed=("", "curve", "test", "both"), note="what its effect is known from"),
    ),
)  # fmt: skip

PACES = Table(
    "paces", "decide", "预算进度", "Budget pace", "month and ad channel", ("month", "channel"),
    (
        C("month", "day", "月份", "Month", is_required=True, note="first day"),
        C("channel", "text", "投放渠道", "Ad channel", is_required=True, note="all: every channel together"),
        _AS_OF,
        C("plan_amount", "money", "月计划", "Plan of the month", unit="currency"),
        C("due_amount", "money", "应花费", "Due by now", unit="currency", note="plan times the share of the month that is over"),
        C("spent_amount", "money", "已花费", "Spent", unit="currency"),
        C("forecast_amount", "money", "预计月底", "Forecast of the month", unit="currency", note="at the last 7 days' pace"),
        C("status", "text", "状态", "Status", allowed=("on_plan", "over", "under", "no_plan")),
    ),
)  # fmt: skip

DECIDED: tuple[Table, ...] = (BUDGETS, BUDGET_LINES, PACES, SPEND_TESTS)
