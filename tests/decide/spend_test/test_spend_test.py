"""A test of spend from the proposal to the budget that it moves: proposed, approved, drawn, followed or not, read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from quanyu import ledger, loop
from quanyu.act.spend_test import draw
from quanyu.decide.budget.budget import budget, known_channels
from quanyu.decide.budget.budget_read import budget_view
from quanyu.decide.budget.division import AdChannel
from quanyu.decide.budget.evidence import weighed
from quanyu.decide.budget.proposal import propose_budget
from quanyu.decide.learn import learn
from quanyu.decide.spend_test.proposal import propose_spend_test
from quanyu.decide.spend_test.spend_test import best, considered, spend_tests
from quanyu.decide.spend_test.spend_test_read import spend_test_view
from quanyu.ledger import Decision, KeptFit, Proposal
from quanyu.measure.spend_test import spend_test_results
from quanyu.solve.curve import Curve
from quanyu.solve.spend_test.information_value import Use
from quanyu.tables import contract
from quanyu.workspace import Workspace

TODAY = dt.date(2026, 8, 20)
USUAL, WORTH = 2_000.0, 40.0
CHANNELS = {"meta_ads": "own", "wanxiangtai": "taobao"}


Really = Callable[[float, float], float]


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(4), dt.UTC)


@dataclass
class Shop:
    """Orders of two sales channels, and two ads; `back` is what a unit of money spent on meta_ads brings in margin."""

    ws: Workspace
    back: float = 0.3

    def fill(
        self,
        as_of: dt.date,
        planned: dict[dt.date, float],
        really: Really = lambda meant, _: meant,
        base: float = 30,
    ) -> None:
        """Write 80 days of orders and spend before a day; `really` spends a planned amount as its seller does, by lot.

        `base` orders a day come to its sales channel by themselves.
        """
        random = np.random.default_rng(8)
        days = [as_of - dt.timedelta(days=n) for n in range(80 + len(planned), 0, -1)]
        orders: list[dict[str, Any]] = []
        spend: list[dict[str, Any]] = []
        for number, day in enumerate(days):
            lot = random.random()
            real = really(planned[day], lot) if day in planned else USUAL
            for ad, amount in (("meta_ads", real), ("wanxiangtai", 500.0)):
                spend.append({"spent_on": day, "source": "test", "platform": ad, "channel": "social", "campaign_id": ad,
                              "cost_amount": Decimal(f"{amount:.2f}"), "attribution_window": "7d"})  # fmt: skip
            for name, mean in (("own", base + self.back * real / WORTH), ("taobao", 40)):
                orders += [
                    {"order_id": f"{name}{number}-{n}", "source": "test", "channel": name, "ordered_at": at(day),
                     "status": "completed", "net_amount": Decimal(100), "paid_amount": Decimal(100)}
                    for n in range(int(random.poisson(mean)))
                ]  # fmt: skip
        put(self.ws, "orders", orders, "collect")
        put(self.ws, "spend", spend, "collect")

    def curves(self, as_of: dt.date) -> None:
        """Write curves that tell nothing."""
        rows = [
            {"channel": ad, "as_of": as_of, "status": "cannot_tell", "reason": "too_noisy", "fit_id": "",
             "lands_on": json.dumps({name: 1.0}), "spend_amount": Decimal(2000 if ad == "meta_ads" else 500),
             "order_worth_amount": Decimal(40)}
            for ad, name in CHANNELS.items()
        ]  # fmt: skip
        put(self.ws, "curves", rows, "measure")

    def turn(self, as_of: dt.date) -> None:
        """Do the steps of a turn that matter here."""
        self.curves(as_of)
        for step in (spend_test_results, budget, spend_tests, learn, propose_budget, propose_spend_test):
            step(self.ws, as_of)


def put(ws: Workspace, name: str, rows: list[dict[str, Any]], owner: Any) -> None:
    ws.warehouse.replace(name, pa.Table.from_pylist(rows, contract(name).schema.to_pyarrow()), by=owner)


def table(ws: Workspace, name: str) -> list[dict[str, Any]]:
    return ws.warehouse.read(ws.warehouse.table(name)).to_pylist()


def of_kind(ws: Workspace, kind: str) -> list[Decision]:
    return [one for one in ledger.list_decisions(ws.ledger, kind=kind) if one.status != "superseded"]


def later(shop: Shop, day: dt.date) -> Shop:
    return replace(shop, ws=replace(shop.ws, clock=lambda: at(day)))


@pytest.fixture
def shop(make_workspace: Any) -> Shop:
    made = Shop(make_workspace(now=at(TODAY)))
    made.fill(TODAY, {})
    made.turn(TODAY)
    return made


def begun(shop: Shop) -> tuple[Decision, dict[dt.date, float]]:
    (test,) = of_kind(shop.ws, "spend_test")
    done = loop.decide(shop.ws, test.decision_id, "approved", who="li")
    days = sorted(table(shop.ws, "spend_test_days"), key=lambda row: row["on"])
    return done, {row["on"]: float(row["planned_amount"]) for row in days}


def finished(shop: Shop, **how: Any) -> Shop:
    _, planned = begun(shop)
    end = max(planned) + dt.timedelta(days=1)
    after = later(shop, end)
    after.fill(end, planned, **how)
    after.turn(end)
    return after


def test_where_nothing_can_be_told_the_test_of_most_worth_is_proposed(shop: Shop) -> None:
    rows = {row["channel"]: row for row in table(shop.ws, "spend_tests")}
    mine, other = rows["meta_ads"], rows["wanxiangtai"]
    assert mine["status"] == "proposed"
    assert other["reason"] in {"later", "too_small"}
    assert mine["power"] >= 0.8
    assert mine["value_amount"] > mine["cost_amount"]
    (decision,) = of_kind(shop.ws, "spend_test")
    assert decision.proposal["channel"] == "meta_ads"
    assert decision.expected["test_return_low"] < 1 < decision.expected["test_return_high"]
    assert of_kind(shop.ws, "budget") == []


def test_an_approved_test_gets_days_by_lot_that_are_kept_and_handed_over(shop: Shop) -> None:
    done, planned = begun(shop)
    weeks = done.proposal["weeks"]
    assert done.status == "done"
    assert min(planned) == TODAY + dt.timedelta(days=1)
    assert len(planned) == 7 * weeks
    assert sorted(set(planned.values())) == [done.proposal["low_amount"], done.proposal["high_amount"]]
    by_weekday = np.array([amount == done.proposal["high_amount"] for amount in planned.values()]).reshape(
        -1, 7
    )
    assert (by_weekday.sum(axis=0) == weeks // 2).all()
    file = Path(shop.ws.root) / "exports" / f"{done.decision_id}.csv"
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1 + 7 * weeks
    edits = ledger.list_edits(shop.ws.ledger, key=done.decision_id)
    assert [edit.after["status"] for edit in edits if edit.after] == ["approved"]


def test_the_lots_depend_on_the_secret_and_the_decision(shop: Shop, make_workspace: Any) -> None:
    (test,) = of_kind(shop.ws, "spend_test")
    names = [replace(test, decision_id=f"{test.decision_id}{n}") for n in range(12)]
    drawn = {draw(shop.ws, one)["days"] for one in (test, *names)}
    assert len(drawn) > 6
    other = make_workspace()
    other.path("secret").write_text("ab" * 32, encoding="ascii")
    again = {draw(other, one)["days"] for one in (test, *names)}
    assert drawn != again


def test_a_followed_test_is_read_and_the_budget_moves(shop: Shop) -> None:
    after = finished(shop)
    (row,) = table(after.ws, "spend_test_results")
    assert (row["status"], row["verdict"]) == ("read", "loses")
    assert row["test_return_low"] < 0.3 < row["test_return_high"] < 1
    (test,) = of_kind(after.ws, "spend_test")[-1:]
    measured = next(one for one in of_kind(after.ws, "spend_test") if one.status == "measured")
    assert measured.measured["test_return"] == pytest.approx(row["test_return"])
    (moved,) = of_kind(after.ws, "budget")
    line = next(one for one in moved.proposal["lines"] if one["channel"] == "meta_ads")
    assert line["current_amount"] == USUAL
    assert line["proposed_amount"] == pytest.approx(0.8 * USUAL)
    lines = {one["channel"]: one for one in table(after.ws, "budget_lines") if one["scenario"] == "keep"}
    assert (lines["meta_ads"]["evidence"], lines["wanxiangtai"]["evidence"]) == ("test", "")
    assert {one.channel: one.evidence for one in budget_view(after.ws).curves} == {
        "meta_ads": "test",
        "wanxiangtai": "",
    }
    why = {row["channel"]: row["reason"] for row in table(after.ws, "spend_tests")}
    assert why["meta_ads"] == "budget_moves"
    assert test.proposal["channel"] in CHANNELS


def test_a_test_that_was_not_followed_is_refused(shop: Shop) -> None:
    after = finished(shop, really=lambda meant, lot: meant if lot < 0.3 else USUAL)
    (row,) = table(after.ws, "spend_test_results")
    assert (row["status"], row["reason"], row["n_orders"]) == ("refused", "not_followed", None)
    assert row["n_days_off_plan"] > 5
    assert of_kind(after.ws, "budget") == []
    over = next(one for one in of_kind(after.ws, "spend_test") if one.status == "measured")
    assert over.measured["reason"] == "The spend did not follow the schedule"


@pytest.mark.parametrize(
    "really",
    [
        lambda meant, lot: meant if lot < 0.75 else 2 * USUAL - meant + 0.2 * (meant - USUAL),
        lambda meant, _: USUAL + 0.3 * (meant - USUAL),
        lambda meant, _: 2.5 * meant,
    ],
    ids=["every fourth day the other way", "hardly moved", "moved far more"],
)
def test_spend_that_went_another_way_is_refused_for_each_reason(shop: Shop, really: Really) -> None:
    (row,) = table(finished(shop, really=really).ws, "spend_test_results")
    assert (row["status"], row["reason"], row["n_orders"]) == ("refused", "not_followed", None)


def test_the_effect_is_divided_by_what_was_really_spent(make_workspace: Any) -> None:
    """Spend that moved by 60 % of the plan brought back as much per unit."""
    made = Shop(make_workspace(now=at(TODAY)), back=1.6)
    made.fill(TODAY, {})
    made.turn(TODAY)
    (row,) = table(
        finished(made, really=lambda meant, _: USUAL + 0.6 * (meant - USUAL)).ws, "spend_test_results"
    )
    moved = float(row["spent_high_amount"] - row["spent_low_amount"])
    assert moved == pytest.approx(0.6 * float(row["high_amount"] - row["low_amount"]))
    assert row["test_return"] == pytest.approx(row["n_orders"] * WORTH / moved)
    assert row["test_return_low"] < 1.6 < row["test_return_high"]


def test_an_interval_that_holds_the_money_back_tells_nothing(make_workspace: Any) -> None:
    made = Shop(make_workspace(now=at(TODAY)), back=1.0)
    made.fill(TODAY, {})
    made.turn(TODAY)
    (row,) = table(finished(made).ws, "spend_test_results")
    assert row["test_return_low"] < 1 < row["test_return_high"]
    assert (row["status"], row["verdict"], row["reason"]) == ("read", "cannot_tell", "holds_one")


def test_without_orders_there_is_nothing_to_read(shop: Shop) -> None:
    shop.back = 0.0
    (row,) = table(finished(shop, base=0.3).ws, "spend_test_results")
    assert (row["status"], row["reason"], row["n_orders"]) == ("refused", "no_orders", None)


def sure(back: float) -> Curve:
    """A straight curve, in orders, on which a unit of money brings back so much for certain."""
    far = 1e9
    return Curve(np.full(40, far), np.ones(40), np.linspace(0.99, 1.01, 40) * back / WORTH * far)


def test_no_test_is_proposed_where_none_tells_or_none_is_worth_its_cost(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = AdChannel("meta_ads", USUAL, "cannot_tell", "", WORTH, 0.0, None)
    assert best(unknown, 500.0, Use(), 1) is None
    assert best(unknown, 6.0, Use(), 1) is not None
    known = replace(unknown, status="known", curve=sure(2.0))
    monkeypatch.setattr("quanyu.decide.spend_test.spend_test.known_channels", lambda _: ([known], ""))
    (row,) = considered(shop.ws, TODAY)
    assert (row["status"], row["reason"]) == ("none", "not_worth")
    assert row["value_amount"] <= max(row["cost_amount"], 0.0)


@pytest.mark.parametrize(("back", "evidence"), [(0.35, "both"), (3.0, "test")])
def test_a_curve_known_before_is_weighed_in_unless_the_two_contradict_each_other(
    shop: Shop, back: float, evidence: str
) -> None:
    kept = KeptFit("curves", at(TODAY), parameters={
        "channels": {"meta_ads": {"status": "known", "draws": sure(back).packed()}}
    })  # fmt: skip
    ledger.keep_fit(shop.ws.ledger, kept)
    (told,) = of_kind(shop.ws, "spend_test")
    again = Proposal("t", "spend_test", TODAY, told.proposal, {**told.expected, "fit_id": kept.fit_id})
    ledger.propose(shop.ws.ledger, again, at=at(TODAY))
    after = finished(shop)
    found = {one.name: one for one in known_channels(after.ws)[0]}["meta_ads"]
    assert found.evidence == evidence
    low, high = found.brings(np.array([0.0, 2 * USUAL])).mean(axis=1)
    assert 0.2 < (high - low) / (2 * USUAL) < 1.0


def test_what_a_test_showed_counts_for_a_year(shop: Shop) -> None:
    after = finished(shop)
    (row,) = table(after.ws, "spend_test_results")
    unknown = AdChannel("meta_ads", USUAL, "cannot_tell", "", WORTH, 0.0, None)
    for days, status in ((365, "known"), (366, "cannot_tell")):
        (found,) = weighed(after.ws, [unknown], row["ends_on"] + dt.timedelta(days=days))
        assert found.status == status


def test_the_days_of_a_test_do_not_count_as_the_usual_spend(shop: Shop) -> None:
    """For four weeks the mean of the last days is what the test did; the usual spend is what it was before."""
    after = finished(shop)
    (row,) = table(after.ws, "spend_test_results")
    seen = AdChannel("meta_ads", 1_234.0, "cannot_tell", "", WORTH, 0.0, None)
    for days, spend in ((28, USUAL), (29, 1_234.0)):
        (found,) = weighed(after.ws, [seen], row["ends_on"] + dt.timedelta(days=days))
        assert found.spend == spend


def test_a_test_waits_for_the_ad_reports_of_its_last_days(shop: Shop) -> None:
    _, planned = begun(shop)
    end = max(planned) + dt.timedelta(days=1)
    after = later(shop, end)
    after.fill(end, planned)
    spend = after.ws.warehouse.table("spend")
    after.ws.warehouse.replace("spend", spend.filter(spend.spent_on < max(planned)), by="collect")
    after.turn(end)
    for day in (end, end + dt.timedelta(days=30)):
        spend_test_results(after.ws, day)
        (row,) = table(after.ws, "spend_test_results")
        assert (row["status"], row["reason"]) == ("running", "spend_missing")


def test_a_gap_in_the_ad_reports_is_waited_for(shop: Shop) -> None:
    """Counted as days without spend, three missing reports would raise the return by nearly a half."""
    _, planned = begun(shop)
    end = max(planned) + dt.timedelta(days=1)
    lost = [day for day, amount in planned.items() if amount == max(planned.values())][3:6]

    def seen(days_late: int) -> dict[str, Any]:
        day = end + dt.timedelta(days=days_late)
        after = later(shop, day)
        after.fill(end, planned)
        spend = after.ws.warehouse.table("spend")
        left = ~((spend.platform == "meta_ads") & spend.spent_on.isin(lost))
        after.ws.warehouse.replace("spend", spend.filter(left), by="collect")
        spend_test_results(after.ws, day)
        (row,) = table(after.ws, "spend_test_results")
        return row

    waits, read = seen(0), seen(14)
    assert (waits["status"], waits["reason"]) == ("running", "spend_missing")
    assert read["status"] == "read"
    assert read["spent_high_amount"] < read["high_amount"]


def test_while_a_test_runs_its_channel_is_left_alone(shop: Shop) -> None:
    done, planned = begun(shop)
    middle = min(planned) + dt.timedelta(days=10)
    during = later(shop, middle)
    during.fill(middle, {day: amount for day, amount in planned.items() if day < middle})
    during.turn(middle)
    (row,) = table(during.ws, "spend_test_results")
    assert (row["status"], row["reason"], row["n_days_done"]) == ("running", "running", 10)
    held = {one.name: one for one in known_channels(during.ws)[0]}
    assert held["meta_ads"].is_held
    assert held["meta_ads"].spend == USUAL
    assert {one["channel"]: one["reason"] for one in considered(during.ws, middle)}["meta_ads"] == "running"
    lines = [{"channel": "meta_ads", "current_amount": 2000.0, "proposed_amount": 1600.0}]
    ledger.propose(during.ws.ledger, Proposal("b", "budget", middle, {"lines": lines}), at=at(middle))
    waiting = loop.decide(during.ws, "b", "approved", who="li")
    assert waiting.status == "approved"
    assert str(max(planned)) in waiting.measured["reason"]
    content = {**done.proposal, "channel": "other", "lands_on": json.dumps({"own": 1.0})}
    ledger.propose(
        during.ws.ledger, Proposal("t", "spend_test", middle, content, done.expected), at=at(middle)
    )
    assert loop.decide(during.ws, "t", "approved", who="li").status == "approved"
    view = spend_test_view(during.ws)
    assert [one.n_days_done for one in view.tests if one.status == "running"] == [10]


def curve(channel: str, lands: str, spend: int, worth: int = 40) -> dict[str, Any]:
    """The row of a channel of which nothing is known."""
    return {"channel": channel, "as_of": TODAY, "status": "cannot_tell", "reason": "too_noisy", "fit_id": "",
            "lands_on": json.dumps({lands: 1.0} if lands else {}), "spend_amount": Decimal(spend),
            "order_worth_amount": Decimal(worth)}  # fmt: skip


def reasons(ws: Workspace, day: dt.date, *rows: dict[str, Any]) -> dict[str, str]:
    put(ws, "curves", list(rows), "measure")
    return {one["channel"]: one["reason"] for one in considered(ws, day)}


def test_why_a_channel_is_not_tested(shop: Shop) -> None:
    rows = [
        curve("idle", "own", 0), curve("priceless", "own", 2_000, worth=0), curve("tiny", "own", 10), curve("good", "own", 2_000),
        curve("new", "kiosk", 2_000),
    ]  # fmt: skip
    assert reasons(shop.ws, TODAY, *rows) == {
        "idle": "no_spend", "priceless": "no_worth", "tiny": "too_small", "good": "", "new": "too_short",
    }  # fmt: skip


def test_beside_a_running_test_only_other_sales_channels_are_tested(shop: Shop) -> None:
    _, planned = begun(shop)
    middle = min(planned) + dt.timedelta(days=10)
    during = later(shop, middle)
    during.fill(middle, {day: amount for day, amount in planned.items() if day < middle})
    spend_test_results(during.ws, middle)
    rows = [
        curve("meta_ads", "own", 2_000),
        curve("same", "own", 2_000),
        curve("anywhere", "", 2_000),
        curve("apart", "taobao", 2_000),
    ]
    assert reasons(during.ws, middle, *rows) == {
        "meta_ads": "running",
        "same": "busy",
        "anywhere": "busy",
        "apart": "",
    }


def test_a_turn_that_proposes_nothing_takes_back_what_nobody_decided(shop: Shop) -> None:
    ws = shop.ws
    assert len(of_kind(ws, "spend_test")) == 1
    ws.warehouse.replace("curves", ws.warehouse.table("curves").filter(False), by="measure")
    for step in (budget, spend_tests, propose_budget, propose_spend_test):
        step(ws, TODAY)
    assert of_kind(ws, "spend_test") == []


def test_pages_have_something_to_say_before_the_first_turn(make_workspace: Any) -> None:
    view = spend_test_view(make_workspace())
    assert (view.tests, view.why_not) == ((), ())
