"""What a turn estimated beside what was planted: value, lift, channel returns and budget, each in its interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quanyu import ledger
from quanyu.tables import SALES
from quanyu.tables.owned.spend_test import UNREAD
from quanyu.text import Sentence, Text
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace
from quanyu.world.market import paid_media

RECENT_DAYS = 28


@dataclass(frozen=True)
class Estimate:
    """One estimate with its interval beside the planted truth; `note` explains one outside, or one that is none."""

    what: Text
    subject: str
    planted: float
    found: float | None
    low: float | None
    high: float | None
    note: str = ""

    @property
    def is_inside(self) -> bool | None:
        """Say whether the interval holds the truth, None where nothing was estimated."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.planted <= self.high


@dataclass(frozen=True)
class Foreseen:
    """Purchases that an earlier turn expected of known customers, with its bounds; or why it could not tell."""

    expected: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


def estimates(ws: Workspace, truth: Path, foreseen: Foreseen, *earlier: Path) -> list[Estimate]:
    """Return every estimate of the newest turn beside the truth of a resumed shop.

    `truth` is the folder of that name of the newest period, `earlier` those of periods before; `foreseen` the purchases
    that the turn before expected of known customers in that period, with its bounds.
    """
    lifts = _lifts(ws, planted_lifts(*earlier, truth))
    return [
        _orders(ws, truth, foreseen), *lifts, *_channels(ws, truth), *_tests(ws, truth), *_budget(ws, truth),
    ]  # fmt: skip


def _orders(ws: Workspace, truth: Path, foreseen: Foreseen) -> Estimate:
    """Days with a purchase of people who had bought before, as far as files tell people; without those of campaigns."""
    orders = ws.warehouse.scan([truth / "orders.parquet"])
    calendar = pq.read_table(truth / "calendar.parquet", columns=["on", "demand"])
    start = dt.datetime.combine(calendar["on"][0].as_py(), dt.time(), ws.settings.zone)
    sales = orders.filter(orders.status.isin(SALES), orders.evidence.notnull())
    sales = sales.mutate(
        is_late=sales.ordered_at >= start, on=(seconds(sales.ordered_at) + 8 * 3_600) // 86_400
    )
    known = sales.filter(~sales.is_late).select("evidence").distinct()
    sales = sales.filter(~(sales.cause.startswith("audience-") | sales.cause.startswith("campaign-")))
    late = sales.filter(sales.is_late).semi_join(known, "evidence").select("evidence", "on").distinct()
    planted = int(ws.warehouse.read(late.count()).column(0)[0].as_py())
    demand = pc.mean(calendar["demand"]).as_py()
    note = Sentence("demand ran {times} times as fast as usual in these days", times=f"{demand:.2f}")
    return Estimate(
        what="Purchases of known customers",
        subject="",
        planted=planted,
        found=foreseen.expected,
        low=foreseen.low,
        high=foreseen.high,
        note=foreseen.why or note,
    )


def planted_lifts(*truths: Path) -> dict[str, float]:
    """Return by campaign how many paid orders per person it truly brought in the mean of those who were to get it.

    `truths` are the folders of that name of periods in which the seller's campaigns ran.
    """
    planted = {}
    for folder in truths:
        reached = pq.read_table(folder / "campaign_people.parquet")
        paid = (
            pc.mean(pq.read_table(folder / "orders.parquet", columns=["is_sale"])["is_sale"]).as_py() or 0.0
        )
        treated = reached.filter(pc.equal(reached["arm"], "treated")).group_by("campaign_id")
        for row in treated.aggregate([("p_lift", "mean")]).to_pylist():
            planted[row["campaign_id"]] = row["p_lift_mean"] * paid
    return planted


def _lifts(ws: Workspace, planted: Mapping[str, float]) -> Iterator[Estimate]:
    """The mean true lift of those who got the message, in orders per person."""
    lifts = ws.warehouse.table("lifts")
    rows = ws.warehouse.read(lifts.filter(lifts.metric == "orders").order_by("campaign_id")).to_pylist()
    for row in rows:
        if row["campaign_id"] in planted:
            yield Estimate(
                what="Orders per person that the campaign brought",
                subject=row["campaign_id"],
                planted=planted[row["campaign_id"]],
                found=row["lift"],
                low=row["lift_low"],
                high=row["lift_high"],
                note=row["reason"] or "",
            )


def _channels(ws: Workspace, truth: Path) -> Iterator[Estimate]:
    """Orders a day that a channel truly brings at its present spend."""
    media = pq.read_table(truth / "media.parquet").to_pylist()
    last = max(row["on"] for row in media)
    recent = [row for row in media if row["on"] > last - dt.timedelta(days=RECENT_DAYS)]
    curves = ws.warehouse.read(ws.warehouse.table("curves").order_by("channel")).to_pylist()
    for row in curves:
        orders = [
            day["incremental_orders"]
            for day in recent
            if paid_media.REPORTED.get(day["channel"], day["channel"]) == row["channel"]
        ]
        if orders:
            yield Estimate(
                what="Orders a day that the channel brings",
                subject=row["channel"],
                planted=sum(orders) / len(orders),
                found=row["n_caused"],
                low=row["n_caused_low"],
                high=row["n_caused_high"],
                note=row["reason"] or "",
            )


def _tests(ws: Workspace, truth: Path) -> Iterator[Estimate]:
    """Orders a day that the high spend of a test truly brings over the low, kept up."""
    rows = ws.warehouse.read(ws.warehouse.table("spend_test_results").order_by("ends_on")).to_pylist()
    planted = _planted_channels(truth)
    people = pq.read_metadata(truth / "people.parquet").num_rows
    for row in rows:
        if channel := planted.get(row["channel"]):
            low, high = (
                _kept_up(channel, people, row[f"spent_{level}_amount"] or row[f"{level}_amount"]) for level in ("low", "high")
            )  # fmt: skip
            yield Estimate(
                what="Orders a day between the two levels of the test",
                subject=row["channel"],
                planted=high - low,
                found=row["n_orders"],
                low=row["n_orders_low"],
                high=row["n_orders_high"],
                note=UNREAD.get(row["reason"] or "", ""),
            )


def _planted_channels(truth: Path) -> dict[str, dict[str, Any]]:
    """Return the planted curve and the money of each ad channel, by the name in its reports."""
    rows = pq.read_table(truth / "channels.parquet").to_pylist()
    return {paid_media.REPORTED.get(row["channel"], row["channel"]): row for row in rows}


def _kept_up(channel: Mapping[str, Any], people: int, amount: Any) -> float:
    """Return the orders a day that a channel truly brings where a daily amount is kept up."""
    reached = paid_media.saturate(
        np.array([float(amount) / people]), channel["half_saturation"], channel["slope"]
    )
    return float(channel["strength"] * people * reached[0])


def _budget(ws: Workspace, truth: Path) -> Iterator[Estimate]:
    """The weekly profit that an approved budget truly added, against the spend as it would have been.

    Beside it the profit that the newest proposal would truly add, were both its amounts and today's kept up.
    """
    what = "Weekly profit that the budget adds"
    done = [
        decision
        for status in ("done", "measured")
        for decision in ledger.list_decisions(ws.ledger, kind="budget", status=status)
    ][:1]
    proposed = ledger.list_decisions(ws.ledger, kind="budget", status="proposed")[:1]
    days = pq.read_metadata(truth / "calendar.parquet").num_rows
    people = pq.read_metadata(truth / "people.parquet").num_rows
    worth = _margin_per_order(truth)
    own = _planted_channels(truth)
    gains = {name: _gain(row, worth) / days * 7 for name, row in own.items()}
    usual = {name: row["usual_cost_amount"] / days for name, row in own.items()}
    for decision in done:
        expected = decision.expected
        # What it leaves alone may be under test meanwhile.
        moved = [
            line
            for line in decision.proposal["lines"]
            if line["proposed_amount"] != line["current_amount"] and line["channel"] in gains
        ]
        planted = sum(gains[line["channel"]] for line in moved)
        yield Estimate(
            what=what, subject=decision.decision_id, planted=planted, found=expected.get("gain_amount"),
            low=expected.get("gain_low"), high=expected.get("gain_high"), note=_missed(moved, gains, usual),
        )  # fmt: skip
    for decision in proposed:
        ends = [
            (own[line["channel"]], float(line["current_amount"]), float(line["proposed_amount"]))
            for line in decision.proposal["lines"]
            if line["channel"] in own
        ]
        planted = 7 * sum(
            worth * (_kept_up(row, people, after) - _kept_up(row, people, before)) - (after - before)
            for row, before, after in ends
        )
        yield Estimate(
            "Weekly profit that the proposed budget would add", decision.decision_id, planted, decision.expected.get("gain_amount"),
            decision.expected.get("gain_low"), decision.expected.get("gain_high"),
        )  # fmt: skip
    if not done and not proposed:
        note = Sentence("no change was proposed: neither the return curves nor a test could tell enough")
        yield Estimate(what=what, subject="", planted=0.0, found=None, low=None, high=None, note=note)


def _missed(
    lines: Iterable[Mapping[str, Any]], gains: Mapping[str, float], usual: Mapping[str, float]
) -> str:
    """Say where the gain was farthest from what was expected, and what the channel would have spent a day meanwhile.

    >>> line = {"channel": "a", "current_amount": 710.05, "expected_gain_amount": 737.3}
    >>> str(_missed([line], {"a": 215.8, "b": 0.0}, {"a": 370.4, "b": 9.0}))
    'a gave 216 of 737: it would have spent 370 a day in these days, the proposal knew 710'
    """
    by_channel = {line["channel"]: line for line in lines if line["channel"] in gains}
    expected = {name: float(line.get("expected_gain_amount") or 0.0) for name, line in by_channel.items()}
    if not expected:
        return ""
    worst = max(expected, key=lambda name: abs(expected[name] - gains[name]))
    return Sentence(
        "{channel} gave {planted} of {expected}: it would have spent {usual} a day in these days, the proposal knew {known}",
        channel=worst, planted=f"{gains[worst]:.0f}", expected=f"{expected[worst]:.0f}", usual=f"{usual[worst]:.0f}",
        known=f"{float(by_channel[worst]['current_amount']):.0f}",
    )  # fmt: skip


def _gain(row: Mapping[str, Any], worth: float) -> float:
    orders = row["expected_incremental_orders"] - row["usual_incremental_orders"]
    return float(orders * worth - (row["cost_amount"] - row["usual_cost_amount"]))


def _margin_per_order(truth: Path) -> float:
    orders = pq.read_table(
        truth / "orders.parquet", columns=["net_amount", "cost_amount", "is_sale", "cause"]
    )
    sales = orders.filter(pc.equal(orders["is_sale"], True))
    net, cost = (float(pc.sum(sales[name]).as_py() or 0) for name in ("net_amount", "cost_amount"))
    return (net - cost) / max(int(orders.num_rows), 1)
