"""The step `budget`: what is proposed from curves and settings, scenarios, the pace of the month, and what screens read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.measure.curve.adshop import AS_OF, adshop, fill

from quanyu.decide.budget.budget import budget, propose
from quanyu.decide.budget.budget_read import CurveView, Spot, budget_view
from quanyu.decide.budget.division import AdChannel
from quanyu.decide.budget.pace import paces
from quanyu.decide.budget.proposal import propose_budget
from quanyu.ledger import list_decisions
from quanyu.measure.curve.step import curves
from quanyu.solve.curve import Curve
from quanyu.tables import contract
from quanyu.workspace import Workspace


def turned(ws: Workspace, ceiling: float = 25.0) -> Workspace:
    fill(ws, adshop(ceiling=ceiling))
    curves(ws, AS_OF)
    budget(ws, AS_OF)
    return ws


def table(ws: Workspace, name: str) -> list[dict[str, Any]]:
    return ws.warehouse.read(ws.warehouse.table(name)).to_pylist()


def test_a_profitable_channel_gets_more_and_the_unknown_keeps_what_it_has(make_workspace) -> None:
    ws = turned(make_workspace(budget={"total": 500.0}))
    whole = {row["scenario"]: row for row in table(ws, "budgets")}
    lines = {row["channel"]: row for row in table(ws, "budget_lines") if row["scenario"] == "keep"}
    keep, meta, idle = whole["keep"], lines["meta_ads"], lines["wanxiangtai"]
    assert keep["status"] == "proposed"
    assert keep["total_amount"] == Decimal("450.00")
    assert meta["proposed_amount"] > meta["current_amount"]
    assert idle["proposed_amount"] == idle["current_amount"]
    assert (meta["evidence"], idle["evidence"]) == ("curve", "")
    assert keep["p_gain"] >= 0.9
    low, gain, high = (keep[f"expected_gain_amount{end}"] for end in ("_low", "", "_high"))
    assert low < gain < high
    assert keep["proposed_amount"] == sum(line["proposed_amount"] for line in lines.values())
    assert keep["reserve_amount"] == 500 - keep["proposed_amount"]


def test_the_proposal_goes_on_record(make_workspace) -> None:
    ws = turned(make_workspace(budget={"total": 500.0}))
    propose_budget(ws, AS_OF)
    (decision,) = list_decisions(ws.ledger, kind="budget")
    view = budget_view(ws)
    assert view is not None
    assert decision.decision_id.endswith(view.proposal_id)
    assert decision.expected["p_gain"] == pytest.approx(view.scenarios[0].p_gain)


def test_where_ads_do_nothing_it_refuses(make_workspace) -> None:
    ws = turned(make_workspace(), ceiling=0.0)
    keep = next(row for row in table(ws, "budgets") if row["scenario"] == "keep")
    assert (keep["status"], keep["reason"]) == ("refused", "no_curve_known")
    assert keep["proposed_amount"] == keep["current_amount"]
    lines = [row for row in table(ws, "budget_lines") if row["scenario"] == "keep"]
    assert all(row["curve_status"] == "cannot_tell" and not row["evidence"] for row in lines)


def test_a_proposal_is_a_function_of_tables_settings_and_seed(make_workspace) -> None:
    ws = turned(make_workspace())
    assert propose(ws, AS_OF) == propose(ws, AS_OF)


def test_a_total_out_of_reach_is_said_so(make_workspace) -> None:
    ws = turned(make_workspace(budget={"total": 40.0}))
    keep = next(row for row in table(ws, "budgets") if row["scenario"] == "keep")
    assert (keep["status"], keep["reason"]) == ("refused", "out_of_reach")


def test_a_channel_without_a_plan_has_no_pace(make_workspace) -> None:
    """It began to spend this month: it is neither on its plan nor off it."""
    ws = make_workspace()
    rows = [
        (AS_OF - dt.timedelta(days=3), "meta_ads"),
        (AS_OF - dt.timedelta(days=40), "baidu"),
        (AS_OF - dt.timedelta(days=3), "baidu"),
    ]
    kinds = contract("spend").schema.to_pyarrow()
    made = [
        {
            **dict.fromkeys(kinds.names),
            "spent_on": on,
            "source": "t",
            "platform": name,
            "cost_amount": Decimal(100),
        }
        for on, name in rows
    ]
    ws.warehouse.replace(
        "spend",
        pa.Table.from_pylist(made, pa.schema([kinds.field(n).with_nullable(True) for n in kinds.names])),
        by="collect",
    )
    paces(ws, AS_OF)
    states = {row["channel"]: row["status"] for row in table(ws, "paces")}
    assert states["meta_ads"] == "no_plan" != states["baidu"]


def test_scenarios_show_how_other_totals_would_be_divided(make_workspace) -> None:
    ws = turned(make_workspace())
    view = budget_view(ws)
    assert view is not None
    assert [one.name for one in view.scenarios] == ["keep", "less", "more"]
    less = view.scenarios[1]
    assert less.proposed <= less.total * 1.000001
    assert less.proposed == pytest.approx(sum(line.proposed for line in less.lines))


def test_screens_get_curves_with_today_and_the_proposal_on_them(make_workspace) -> None:
    view = budget_view(turned(make_workspace()))
    assert view is not None
    meta = next(one for one in view.curves if one.channel == "meta_ads")
    assert meta.now is not None
    assert meta.proposed is not None
    assert meta.lands_on == (("own", 1.0),)
    assert all(spot.low <= spot.mean <= spot.high for spot in meta.points[1:])
    assert meta.points[0].mean == 0
    assert sum(one.share for one in view.start) == pytest.approx(1)


def ad(name: str, spend: float, *returns: float) -> AdChannel:
    """A channel on whose straight curves a unit of money brings one of the returns; unknown without one."""
    n, far = len(returns), 1e9
    curve = Curve(np.full(n, far), np.ones(n), np.array(returns) * far / 40) if returns else None
    return AdChannel(name, spend, "known" if returns else "cannot_tell", "", 40.0, 0.0, curve)


@pytest.mark.parametrize(
    ("channels", "total", "reason"),
    [
        ([ad("a", 0.0)], None, "no_spend"),
        ([ad("a", 200.0)], None, "no_curve_known"),
        ([ad("a", 200.0, 0.2, 0.3)], 20.0, "out_of_reach"),
        ([ad("a", 200.0, 2.0, 2.1)], None, "no_better"),
        ([ad("a", 200.0, 2.0, 2.1), ad("b", 200.0)], 400.0, "blind"),
        ([ad("a", 200.0, 0.2, 0.7, 0.9, 1.1)], None, "gain_uncertain"),
        ([ad("a", 200.0, 0.2, 0.3)], None, ""),
    ],
)
def test_every_reason_to_propose_nothing(
    channels: list[AdChannel],
    total: float | None,
    reason: str,
    make_workspace: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ws = make_workspace(budget={"total": total})
    monkeypatch.setattr("quanyu.decide.budget.budget.known_channels", lambda _: (channels, "fit"))
    wholes, lines = propose(ws, AS_OF)
    (keep,) = (one for one in wholes if one["scenario"] == "keep")
    assert (keep["reason"], keep["status"] == "proposed") == (reason, not reason)
    moved = {
        one["channel"]
        for one in lines
        if one["scenario"] == "keep" and one["proposed_amount"] != one["current_amount"]
    }
    assert moved == (set() if reason else {"a"})


def test_without_curves_there_is_nothing_to_divide(make_workspace) -> None:
    ws = make_workspace()
    assert budget(ws, AS_OF) == {"status": "none"}
    view = budget_view(ws)
    assert view is not None
    assert view.main is None
    assert not view.is_known


def test_before_the_first_turn_there_is_nothing_to_show(make_workspace) -> None:
    assert not budget_view(make_workspace()).scenarios


def spent(ws: Workspace, rows: list[tuple[dt.date, str, float, str]]) -> None:
    made = [
        {"spent_on": on, "source": "test", "platform": platform, "campaign_id": "c", "cost_amount": Decimal(f"{cost:.2f}"),
         "attribution_window": window}
        for on, platform, cost, window in rows
    ]  # fmt: skip
    ws.warehouse.replace(
        "spend", pa.Table.from_pylist(made, contract("spend").schema.to_pyarrow()), by="collect"
    )


def test_the_pace_is_worked_out_by_hand(make_workspace) -> None:
    ws = make_workspace(budget={"plan": {"meta_ads": 3_000.0}})
    before = [(dt.date(2026, 10, 4) + dt.timedelta(days=n), "baidu", 10.0, "7d") for n in range(28)]
    month = [
        (dt.date(2026, 11, 1) + dt.timedelta(days=n), name, cost, window)
        for n in range(19)
        for name, cost in (("meta_ads", 150.0), ("baidu", 10.0))
        for window in ("7d", "15d")
    ]
    spent(ws, before + month)
    budget(ws, AS_OF)
    found = {row["channel"]: row for row in table(ws, "paces")}
    meta, baidu, whole = found["meta_ads"], found["baidu"], found["all"]
    assert (meta["plan_amount"], meta["spent_amount"], meta["status"]) == (3_000, 2_850, "over")
    assert meta["due_amount"] == 1_900
    assert meta["forecast_amount"] == 4_500
    assert (baidu["plan_amount"], baidu["spent_amount"], baidu["status"]) == (300, 190, "on_plan")
    assert whole["spent_amount"] == 3_040
    assert meta["month"] == dt.date(2026, 11, 1)


FIGURES = {"order_worth_amount": 50.0, "n_caused": 1.4, "n_caused_low": 0.0, "n_caused_high": 3.9, "n_caused_raw": 2.0,
           "return_amount": 70.0, "profit_roi": -0.3, "marginal_return": 0.5, "p_no_effect": 0.2, "n_claimed": 9.0}  # fmt: skip


@pytest.mark.parametrize("evidence", ["test", "both"])
def test_what_a_test_has_shown_stands_in_the_figures_of_a_channel(evidence: str) -> None:
    now = Spot(100.0, 25.0, -50.0, 90.0)
    told = CurveView("baidu", "known", "cannot_tell", "", (), FIGURES, (), now, now, evidence).told
    assert (told["n_caused"], told["n_caused_low"], told["n_caused_high"]) == (0.5, -1.0, 1.8)
    assert (told["return_amount"], told["profit_roi"], told["n_claimed"]) == (25.0, -0.75, 9.0)
    assert told["n_caused_raw"] is told["marginal_return"] is None


def test_of_what_cannot_be_told_only_bounds_are() -> None:
    now = Spot(100.0, 25.0, -50.0, 90.0)
    told = CurveView("baidu", "cannot_tell", "cannot_tell", "too_noisy", (), FIGURES, (), now, now).told
    assert told["n_caused"] is told["return_amount"] is told["profit_roi"] is None
    assert (told["n_caused_low"], told["n_caused_high"], told["n_claimed"]) == (0.0, 3.9, 9.0)
    known = CurveView("baidu", "known", "pays", "", (), FIGURES, (), now, now, "curve").told
    assert known == FIGURES
