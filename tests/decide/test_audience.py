from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest
from tests.act.conftest import DESIGN, fill_shop

from quanyu import ledger, loop
from quanyu.decide.audience import (
    being_measured,
    expected,
    propose_audience,
    propose_design,
    propose_own,
    usual_design,
)
from quanyu.decide.learn import learn
from quanyu.errors import DecisionError, RuleError
from quanyu.tables import contract
from quanyu.workspace import Workspace

DAY = dt.date(2026, 11, 20)


def measured(ws: Workspace, rows: list[dict[str, object]]) -> None:
    promise = contract("lifts")
    whole = {"arm": "treated", "as_of": DAY, "status": "measured", "fit_id": "f"}
    table = pa.Table.from_pylist([whole | row for row in rows], pa.schema(promise.schema.to_pyarrow()))
    ws.warehouse.replace("lifts", table, by="measure")


def lift(campaign: str, value: float, half: float, n: int = 1_000) -> dict[str, object]:
    return {
        "campaign_id": campaign, "metric": "margin", "lift": value, "lift_low": value - half, "lift_high": value + half,
        "n_treated": n, "n_control": n // 4, "is_final": True, "is_srm_alarm": False,
    }  # fmt: skip


def carried_out(ws: Workspace, design=DESIGN) -> str:
    proposal = propose_design(ws, design, DAY)
    assert proposal is not None
    loop.decide(ws, proposal.decision_id, "approved", who="wang")
    return proposal.decision_id


@pytest.fixture
def shop(make_workspace) -> Workspace:
    rule = {"name": DESIGN.name, "rule": DESIGN.rule}
    return fill_shop(make_workspace(audience=rule), 400)


def test_a_turn_proposes_the_audience_of_the_settings_once(shop: Workspace) -> None:
    found = propose_audience(shop, DAY)
    assert propose_audience(shop, DAY) == found
    (decision,) = ledger.list_decisions(shop.ledger)
    assert decision.proposal["n_audience"] == 380
    assert decision.expected == {"reason": "no campaign on this channel has been measured yet"}


def test_nobody_is_proposed_twice_while_the_effect_is_measured(shop: Workspace) -> None:
    carried_out(shop)
    design = replace(DESIGN, control_share=0.2)
    assert being_measured(shop, design, DAY + dt.timedelta(days=DESIGN.window_days))
    assert not being_measured(shop, design, DAY + dt.timedelta(days=DESIGN.window_days + 1))
    assert not being_measured(shop, replace(design, channel="mail"), DAY)
    assert "still being measured" in propose_audience(shop, DAY)["skipped"]


def test_a_rule_that_finds_nobody_proposes_nothing(make_workspace) -> None:
    ws = fill_shop(make_workspace(audience={"rule": "frequency > 99"}), 40)
    assert propose_audience(ws, DAY) == {"skipped": "the rule finds nobody"}


def test_what_is_expected_is_what_campaigns_on_the_channel_have_shown(shop: Workspace) -> None:
    first = carried_out(shop)
    second = carried_out(shop, replace(DESIGN, name="again", rest_days=0))
    measured(shop, [lift(first, 2.0, 1.0), lift(second, 4.0, 2.0)])
    found = expected(shop, DESIGN, 380)
    # Weights 4 to 1 by the inverse of the variances; the pooled half width is 1 / sqrt(1 + 1/4).
    pooled, half = (4 * 2.0 + 4.0) / 5, 1 / (1.25**0.5)
    n = round(380 * 2_000 / 760)
    assert found["n_treated"] == n
    assert found["gain_amount"] == pytest.approx((pooled - 0.05) * n, abs=0.01)
    assert found["gain_low"] == pytest.approx((pooled - half - 0.05) * n, abs=0.5)
    assert found["evidence"] == sorted([first, second])
    assert "reason" in expected(shop, replace(DESIGN, channel="mail"), 380)


def test_what_was_measured_is_set_beside_the_decision(shop: Workspace) -> None:
    campaign = carried_out(shop)
    measured(shop, [lift(campaign, 2.0, 1.0)])
    assert learn(shop, DAY) == {"measured": [campaign]}
    assert learn(shop, DAY) == {"measured": []}
    found = ledger.find_decision(shop.ledger, campaign)
    assert found.status == "measured"
    gains = [found.measured[name] for name in ("gain_low", "gain_amount", "gain_high")]
    assert gains == pytest.approx([(v - 0.05) * 1_000 for v in (1.0, 2.0, 3.0)])


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ({"is_srm_alarm": True}, "the groups are not as large as planned"),
        ({"is_final": False}, "the window is not over"),
    ],
)
def test_a_reading_that_is_not_to_be_trusted_is_no_result_and_no_evidence(
    shop: Workspace, flaw, said
) -> None:
    campaign = carried_out(shop)
    measured(shop, [lift(campaign, 2.0, 1.0) | flaw])
    assert expected(shop, DESIGN, 380) == {"reason": "no campaign on this channel has been measured yet"}
    learn(shop, DAY)
    found = ledger.find_decision(shop.ledger, campaign)
    assert found.status == "done"
    assert "gain_amount" not in found.measured
    assert found.measured["reason"] == said


def test_the_same_audience_does_not_wait_twice_and_names_are_numbered(shop: Workspace) -> None:
    propose_audience(shop, DAY)
    with pytest.raises(DecisionError, match="waits already"):
        propose_own(shop, usual_design(shop))
    other = replace(DESIGN, rule="frequency >= 3")
    names = {propose_own(shop, other).proposal["name"]}  # type: ignore[union-attr]
    with pytest.raises(DecisionError, match="waits already"):
        propose_own(shop, replace(other, name="Again"))
    names.add(propose_own(shop, replace(other, control_share=0.5)).proposal["name"])  # type: ignore[union-attr]
    assert names == {f"{DESIGN.name} 2", f"{DESIGN.name} 3"}


def test_an_own_audience_is_named_in_the_words_of_screens(shop: Workspace) -> None:
    proposal = propose_own(shop, replace(DESIGN, rule="group = 重要保持客户"))
    assert proposal is not None and proposal.proposal["rule"] == "group = at_risk"
    with pytest.raises(RuleError, match="Did you mean"):
        propose_own(shop, replace(DESIGN, rule="group = at_rsk"))
