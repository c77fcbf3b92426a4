"""What a campaign brought, as a screen or a report tells it: lifts with intervals, the profit, and the verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quanyu import ledger
from quanyu.measure.experiment.experiment import MOST_CAMPAIGNS
from quanyu.measure.experiment.outcome import OUTCOMES
from quanyu.solve.experiment.plan import needed_alike, reach
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.settings import ExperimentSettings
from quanyu.text import Text
from quanyu.workspace import Workspace

Verdict = Literal["works", "fails", "cannot_tell", "running", "broken", "unread"]

VERDICTS: Mapping[Verdict, Text] = {
    "works": "It works: what it brought is above what it cost",
    "fails": "It does not work: what it brought is not above what it cost",
    "cannot_tell": "It cannot be told yet: the interval holds both a gain and a loss",
    "running": "It is still running: the window is not over",
    "broken": "The groups are not as large as planned: trust no figure",
    "unread": "There is no reading",
}
"""What is said of a campaign; the keys are for programs, the sentences for people."""


@dataclass(frozen=True)
class Interval:
    """A value with its bounds; None where there is none."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Lift:
    """One metric of one arm against control: per person, relative to control, and in total.

    `reason` says why there are no numbers (a key of `contrast.REASONS`), and is empty where there are.
    """

    metric: str
    mean_treated: float | None
    mean_control: float | None
    lift: Interval
    relative: Interval
    incremental: Interval
    se: float | None
    p_value: float | None
    method: str | None
    variance_reduction: float | None
    reason: str


@dataclass(frozen=True)
class Result:
    """One arm of one campaign.

    `headline` is the margin, or the revenue where margins are not known; the verdict compares it with the cost of
    contacts. `profit` is the total margin less that cost. `n_more_people` are those that a campaign like this one
    still needs to be told from break-even four times out of five, None where it is told or no number
    would do; `least_lift` is what it could see.
    """

    campaign_id: str
    name: str
    arm: str
    began_at: dt.datetime
    window_days: int
    read_days: int
    n_treated: int
    n_control: int
    lifts: tuple[Lift, ...]
    headline: Lift
    cost_amount: float
    profit: Interval
    verdict: Verdict
    n_more_people: int | None
    least_lift: float | None
    as_of: dt.date

    @property
    def days_left(self) -> int:
        """Days until the window is over."""
        return max(0, self.window_days - self.read_days)

    @property
    def sentence(self) -> Text:
        """The verdict as a sentence, to be translated."""
        return VERDICTS[self.verdict]


def results(ws: Workspace) -> list[Result]:
    """Return the result of every campaign and arm, newest first."""
    rows = ws.warehouse.read(ws.warehouse.table("lifts")).to_pylist()
    campaigns = {
        campaign.campaign_id: campaign for campaign in ledger.list_campaigns(ws.ledger, limit=MOST_CAMPAIGNS)
    }
    grouped: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault((row["campaign_id"], row["arm"]), {})[row["metric"]] = row
    unsorted = []
    for (campaign_id, _), by_metric in grouped.items():
        known = campaigns.get(campaign_id)
        name = known.name if known else campaign_id
        cost = CampaignDesign.of(known.design).contact_cost_amount if known else 0.0
        unsorted.append(_result(name, cost, by_metric, ws.settings.of(ExperimentSettings).confidence))
    return sorted(unsorted, key=lambda entry: (-entry.began_at.timestamp(), entry.campaign_id, entry.arm))


def result(ws: Workspace, campaign_id: str, arm: str = "treated") -> Result | None:
    """Return the result of one arm of a campaign, None where it has not been read."""
    return next(
        (entry for entry in results(ws) if (entry.campaign_id, entry.arm) == (campaign_id, arm)), None
    )


def _result(name: str, cost: float, rows: Mapping[str, Mapping[str, Any]], confidence: float) -> Result:
    lifts = tuple(_lift(rows[metric]) for metric in OUTCOMES)
    margin, revenue = lifts[OUTCOMES.index("margin")], lifts[OUTCOMES.index("revenue")]
    headline = margin if margin.reason != "no_margin" else revenue
    row = rows[headline.metric]
    n = row["n_treated"]
    whole = headline.incremental
    gain = Interval(
        *(None if amount is None else amount - cost * n for amount in (whole.value, whole.low, whole.high))
    )
    profit = gain if headline is margin else Interval(None, None, None)
    verdict = _verdict(row, gain)
    least = None if headline.se is None else reach(confidence, 0.8) * headline.se
    return Result(
        campaign_id=row["campaign_id"],
        name=name,
        arm=row["arm"],
        began_at=row["began_at"],
        window_days=row["window_days"],
        read_days=row["read_days"],
        n_treated=n,
        n_control=row["n_control"],
        lifts=lifts,
        headline=headline,
        cost_amount=cost * n,
        profit=profit,
        verdict=verdict,
        n_more_people=_missing(row, headline, cost, confidence) if verdict == "cannot_tell" else None,
        least_lift=least,
        as_of=row["as_of"],
    )


def _verdict(row: Mapping[str, Any], gain: Interval) -> Verdict:
    if row["is_srm_alarm"]:
        return "broken"
    if not row["is_final"]:
        return "running"
    if gain.low is None or gain.high is None:
        return "unread"
    if gain.low > 0:
        return "works"
    return "fails" if gain.high <= 0 else "cannot_tell"


def _missing(row: Mapping[str, Any], headline: Lift, cost: float, confidence: float) -> int | None:
    """Return how many people more it takes, None where the effect is so near break-even that none would do."""
    n: int = row["n_treated"] + row["n_control"]
    if headline.se is None or headline.lift.value is None:
        return None
    gap = headline.lift.value - cost
    if abs(gap) * MOST_TIMES < reach(confidence, 0.8) * headline.se:
        return None
    return max(0, needed_alike(n, headline.se, gap, confidence=confidence) - n)


MOST_TIMES = 10
"""An effect that would take a hundred times the people (ten squared) is as good as none."""


def _lift(row: Mapping[str, Any]) -> Lift:
    def interval(name: str) -> Interval:
        return Interval(row[name], row[f"{name}_low"], row[f"{name}_high"])

    return Lift(
        metric=row["metric"],
        mean_treated=row["mean_treated"],
        mean_control=row["mean_control"],
        lift=interval("lift"),
        relative=interval("relative_lift"),
        incremental=interval("incremental"),
        se=row["lift_se"],
        p_value=row["p_value"],
        method=row["method"],
        variance_reduction=row["variance_reduction"],
        reason=row["reason"] or "",
    )
