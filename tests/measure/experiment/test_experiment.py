"""The table `lifts` against a count by hand, and what it says of campaigns that cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import ttest_ind
from tests.conftest import written_by

from quanyu import ledger
from quanyu.ledger import Campaign
from quanyu.measure.experiment.experiment import lifts
from quanyu.measure.experiment.lift import VERDICTS, result, results
from quanyu.measure.experiment.outcome import OUTCOMES, Watch, assigned, outcomes
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)
START = dt.datetime(2026, 10, 1, 10, tzinfo=dt.UTC)
SALES = ("paid", "shipped", "completed")


def put(ws: Workspace, table: str, rows: Sequence[dict[str, Any]], by: str) -> None:
    schema = ws.warehouse.table(table).schema().to_pyarrow()
    written_by(ws).warehouse.replace(table, pa.Table.from_pylist(list(rows), schema), by=by)  # type: ignore[arg-type]


def delivery(campaign: str, person: str, arm: str, at: dt.datetime, step: str = "1") -> dict[str, Any]:
    status = {"control": "held_out", "": "suppressed"}.get(arm, "delivered")
    return {
        "send_id": f"{campaign}:{step}:{person}", "campaign_id": campaign, "step": step, "arm": arm,
        "person_id": person, "status": status, "sent_at": at,
    }  # fmt: skip


def order(number: int, key: str, at: dt.datetime, net: float, **given: Any) -> dict[str, Any]:
    amount = Decimal(f"{net:.2f}")
    return {
        "order_id": f"o{number}", "source": "test", "id_key": key, "ordered_at": at, "paid_at": at,
        "status": "completed", "gross_amount": abs(amount), "paid_amount": max(amount, Decimal(0)),
        "net_amount": amount, "margin_amount": (amount / 4).quantize(Decimal("0.01")),
    } | given  # fmt: skip


def draw(seed: int, n_people: int, n_orders: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two campaigns over the same people and orders of every kind around their windows, on edges too."""
    rng = np.random.default_rng(seed)
    sent, made = [], []
    for person in range(n_people):
        arm = rng.choice(["treated", "treated", "control", ""])
        sent.append(delivery("first", f"p{person}", str(arm), START))
        if person % 3:
            at = START + dt.timedelta(days=int(rng.integers(0, 4)))
            sent.append(delivery("second", f"p{person}", str(rng.choice(["a", "b", "control"])), at))
            sent.append(delivery("second", f"p{person}", sent[-1]["arm"], at + dt.timedelta(days=3), "2"))
    for number in range(n_orders):
        key = f"user:{rng.integers(n_people + 3)}-{rng.integers(2)}"
        at = START + dt.timedelta(
            hours=int(rng.choice([0, 24 * 14, -24 * 60, *rng.integers(-2000, 1300, 9)]))
        )
        status = str(rng.choice(["completed", "paid", "closed", "placed", "returned", "adjusted"]))
        net = round(float(rng.lognormal(4, 1)), 2)
        made.append(
            order(
                number, key, at, net, status=status,
                net_amount=Decimal(f"{-net if status == 'returned' else net * (status in SALES):.2f}"),
                paid_at=None if rng.random() < 0.2 else at + dt.timedelta(hours=float(rng.integers(0, 50))),
                margin_amount=None if rng.random() < 0.02 else Decimal(f"{net / 3:.2f}"),
            )
        )  # fmt: skip
    return sent, made


def known(n_people: int) -> Iterable[dict[str, Any]]:
    for person in range(n_people):
        for number in range(2):
            yield {"id_key": f"user:{person}-{number}", "kind": "user", "person_id": f"p{person}"}


def counted(
    sent: Sequence[dict[str, Any]], made: Sequence[dict[str, Any]], campaign: str, watch: Watch
) -> dict[str, list[tuple[float, ...]]]:
    """Count by hand: per arm the outcomes and baselines of every person."""
    end = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
    begun: dict[str, tuple[str, dt.datetime]] = {}
    for row in sent:
        if row["campaign_id"] == campaign and row["arm"]:
            begun.setdefault(row["person_id"], (row["arm"], row["sent_at"]))
    found: dict[str, list[tuple[float, ...]]] = {}
    for person, (arm, at) in begun.items():
        sums = {side: [0.0, 0.0, 0.0] for side in ("after", "before")}
        for one in made:
            when = one["ordered_at"] if one["status"] == "returned" else one["paid_at"] or one["ordered_at"]
            if f"p{one['id_key'].split(':')[1].split('-')[0]}" != person or when >= end:
                continue
            side = "after" if when >= at else "before"
            first, last = (
                at - dt.timedelta(days=watch.baseline_days),
                at + dt.timedelta(days=watch.of(campaign)),
            )
            if first <= when < last:
                sums[side][0] += one["status"] in SALES
                sums[side][1] += float(one["net_amount"])
                sums[side][2] += float(one["margin_amount"] or 0)
        row = [[float(part[0] > 0), *part] for part in (sums["after"], sums["before"])]
        found.setdefault(arm, []).append((*row[0], *row[1]))
    return found


def test_outcomes_are_what_a_count_by_hand_gives(workspace: Workspace) -> None:
    sent, made = draw(1, 120, 1500)
    put(workspace, "deliveries", sent, "act")
    put(workspace, "orders", made, "collect")
    put(workspace, "identities", list(known(121)), "collect")
    watch = Watch(14, 60, {"second": 30})
    rows = workspace.warehouse.read(
        outcomes(workspace, AS_OF, watch, workspace.warehouse.turn.keep)
    ).to_pylist()
    names = (*OUTCOMES, *(f"{name}_before" for name in OUTCOMES))
    for campaign in ("first", "second"):
        expected = counted(sent, made, campaign, watch)
        for arm, people in expected.items():
            found = sorted(
                tuple(round(row[name], 2) for name in names)
                for row in rows
                if (row["experiment"], row["arm"]) == (campaign, arm)
            )
            assert found == sorted(tuple(round(value, 2) for value in one) for one in people)
    assert len(rows) == sum(len(counted(sent, made, one, watch)[arm]) for one, arms in
                            (("first", ("treated", "control")), ("second", ("a", "b", "control")))
                            for arm in arms)  # fmt: skip


def shop(ws: Workspace, lift: float, n: int = 4000, control_share: float = 0.2, **given: Any) -> Workspace:
    """One campaign whose treated people spend `lift` more each; margins are a quarter of the money."""
    rng = np.random.default_rng(5)
    arms = np.where(rng.random(n) < given.pop("drawn_share", control_share), "control", "treated")
    at, has_margin = given.pop("at", START), given.pop("has_margin", True)
    put(ws, "deliveries", [delivery("c1", f"p{i}", arm, at) for i, arm in enumerate(arms)], "act")
    put(
        ws,
        "identities",
        [{"id_key": f"user:{i}", "kind": "user", "person_id": f"p{i}"} for i in range(n)],
        "collect",
    )
    taste = rng.lognormal(4, 0.3, n)
    days = np.where(rng.random(n) < 0.5, 3, 1)
    made = []
    for i in range(n):
        money = taste[i] * rng.lognormal(0, 0.3) + lift * (arms[i] == "treated")
        margin = {} if has_margin else {"margin_amount": None}
        made.append(order(2 * i, f"user:{i}", at + dt.timedelta(days=int(days[i])), money, **margin))
        made.append(order(2 * i + 1, f"user:{i}", at - dt.timedelta(days=20), taste[i], **margin))
    put(ws, "orders", made, "collect")
    design = CampaignDesign("Spring", "", control_share=control_share, **given)
    campaign = Campaign("c1", "d1", "Spring", "list", "sms", "exported", design.document, at, at)
    with ws.ledger.begin() as connection:
        ledger.freeze(connection, campaign, [])
    return ws


def table(ws: Workspace) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in ws.warehouse.read(ws.warehouse.table("lifts")).to_pylist()}


def test_a_campaign_that_works(make_workspace: Any) -> None:
    ws = shop(make_workspace(), lift=8.0, window_days=10, contact_cost_amount=0.1)
    told = lifts(ws, AS_OF)
    assert told["n_campaigns"] == 1 and told["n_lifts"] == 4
    rows = table(ws)
    money = rows["revenue"]
    assert money["lift_low"] < 8 < money["lift_high"] and money["method"] == "cuped"
    assert money["variance_reduction"] > 0.3 and money["srm_p"] > 0.001 and not money["is_srm_alarm"]
    assert money["incremental"] == pytest.approx(money["lift"] * money["n_treated"])
    assert (money["window_days"], money["read_days"], money["is_final"]) == (10, 10, True)
    assert money["relative_lift"] == pytest.approx(money["lift"] / money["mean_control"])
    assert rows["conversion"]["reason"] == "no_variation"
    found = result(ws, "c1")
    assert found and found.name == "Spring" and found.verdict == "works" and found.headline.metric == "margin"
    margin = rows["margin"]
    assert found.profit.value == pytest.approx(margin["incremental"] - 0.1 * margin["n_treated"])
    assert found.n_more_people is None and found.days_left == 0
    lifts(ws, AS_OF)
    assert table(ws) == rows


def test_what_costs_more_than_it_brings_fails(make_workspace: Any) -> None:
    ws = shop(make_workspace(), lift=2.0, contact_cost_amount=3.0)
    lifts(ws, AS_OF)
    found = result(ws, "c1")
    assert found and found.verdict == "fails" and found.profit.high is not None and found.profit.high < 0
    assert found.cost_amount == pytest.approx(3.0 * found.n_treated)


def test_what_cannot_be_told_says_how_many_people_it_takes(make_workspace: Any) -> None:
    ws = shop(make_workspace(), lift=3.0, n=600)
    lifts(ws, AS_OF)
    found = result(ws, "c1")
    assert found and found.verdict == "cannot_tell"
    assert found.n_more_people is not None and 0 < found.n_more_people < 60_000
    assert found.least_lift and found.least_lift > found.headline.lift.value


def test_a_window_that_is_not_over_gives_numbers_but_no_verdict(make_workspace: Any) -> None:
    at = dt.datetime(2026, 11, 15, 10, tzinfo=dt.UTC)
    ws = shop(make_workspace(), lift=8.0, at=at)
    lifts(ws, AS_OF)
    found = result(ws, "c1")
    assert found and found.verdict == "running" and (found.read_days, found.days_left) == (4, 10)
    assert found.headline.lift.value is not None
    ws2 = shop(make_workspace(), lift=8.0, at=dt.datetime(2026, 11, 19, 12, tzinfo=dt.UTC))
    lifts(ws2, AS_OF)
    assert {row["reason"] for row in table(ws2).values()} == {"not_begun"}


def test_arms_of_the_wrong_size_raise_the_alarm(make_workspace: Any) -> None:
    ws = shop(make_workspace(), lift=8.0, control_share=0.2, drawn_share=0.25)
    lifts(ws, AS_OF)
    found = result(ws, "c1")
    assert table(ws)["revenue"]["is_srm_alarm"] and found and found.verdict == "broken"


def test_without_margins_the_revenue_is_told_and_no_profit(make_workspace: Any) -> None:
    ws = shop(make_workspace(), lift=8.0, has_margin=False)
    lifts(ws, AS_OF)
    assert table(ws)["margin"]["reason"] == "no_margin" and table(ws)["margin"]["lift"] is None
    found = result(ws, "c1")
    assert found and found.headline.metric == "revenue" and found.profit.value is None
    assert found.verdict == "works" and found.sentence == VERDICTS["works"]


def test_campaigns_without_control_and_shops_without_campaigns(make_workspace: Any) -> None:
    ws = make_workspace()
    assert lifts(ws, AS_OF) == {"inconclusive": "nobody was assigned to an arm", "n_campaigns": 0}
    assert results(ws) == [] and ws.warehouse.count("lifts") == 0
    ws = shop(make_workspace(), lift=8.0, drawn_share=0.0)
    lifts(ws, AS_OF)
    rows = table(ws)
    assert {row["reason"] for row in rows.values()} == {"no_control"}
    assert rows["orders"]["n_treated"] == 4000 and rows["orders"]["n_control"] == 0
    found = result(ws, "c1")
    assert found and found.verdict in ("broken", "unread")
    few = shop(make_workspace(), lift=8.0, n=60)
    lifts(few, AS_OF)
    found = result(few, "c1")
    assert found and (found.verdict, found.headline.reason) == ("unread", "too_few_people")


def test_people_with_two_arms_or_none_are_left_out(make_workspace: Any) -> None:
    ws = make_workspace()
    put(ws, "deliveries", [
        delivery("c", "p1", "treated", START), delivery("c", "p1", "control", START, "2"),
        delivery("c", "p2", "", START), delivery("c", "p3", "treated", START + dt.timedelta(1)),
        delivery("c", "p3", "treated", START, "2"),
    ], "act")  # fmt: skip
    rows = ws.warehouse.read(assigned(ws)).to_pylist()
    assert [(row["arm"], row["began"]) for row in rows] == [("treated", START.timestamp())]


def test_the_adjusted_lift_stays_beside_the_plain_one(make_workspace: Any) -> None:
    """Both estimate the same effect; the adjusted interval is the narrower one."""
    ws = shop(make_workspace(), lift=8.0)
    lifts(ws, AS_OF)
    money = table(ws)["revenue"]
    rows = ws.warehouse.read(outcomes(ws, AS_OF, Watch(14, 180), ws.warehouse.turn.keep))
    spend, arm = rows["revenue"].to_numpy(), rows["arm"].to_numpy()
    plain = ttest_ind(spend[arm == "treated"], spend[arm == "control"], equal_var=False)
    low, high = plain.confidence_interval()
    assert low < money["lift"] < high
    narrower = (money["lift_high"] - money["lift_low"]) / (high - low)
    assert narrower == pytest.approx((1 - money["variance_reduction"]) ** 0.5, rel=0.01)
