"""Which of several contents is ahead: variants of a channel against one another and against control, at every look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, permutations
from typing import Any, Literal

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.experiment.outcome import REACTIONS
from quanyu.method.assignment import CONTROL
from quanyu.solve.experiment.watch import Count, difference
from quanyu.text import Text
from quanyu.workspace import Workspace

BOUGHT = "bought"
METRICS = (*REACTIONS, BOUGHT)
WANTED = {"unsubscribed": -1}
"""Where less is better; of everything else more is."""
VariantVerdict = Literal["better", "worse", "undecided"]
VERDICTS: Mapping[VariantVerdict, Text] = {"better": "Ahead", "worse": "Behind", "undecided": "Undecided"}
"""What is said of a variant; the keys are for programs, the words for people."""
Key = tuple[str, str]
Counts = Mapping[Key, Mapping[str, Mapping[str, Count]]]
"""By campaign and channel, variant (or control) and metric."""


@dataclass(frozen=True)
class VariantReading:
    """A variant of a channel: how many of its people did what, and how the share that bought stands against another.

    `against` is the other variant of the channel whose people bought most, or control where there is no other; the interval
    of the difference holds at every look.
    """

    channel: str
    variant: str
    n: int
    n_did: Mapping[str, int]
    against: str
    difference: float | None
    low: float | None
    high: float | None
    verdict: VariantVerdict

    @property
    def sentence(self) -> Text:
        """The verdict as a word, to be translated."""
        return VERDICTS[self.verdict]


def counts(read: Callable[[ir.Table], pa.Table], rows: ir.Table) -> Counts:
    """Return how many of each variant, and of control, did what; rows are those of `outcomes`."""
    named = rows.mutate(name=rows.arm.cases((CONTROL, CONTROL), else_=rows.variant))
    named = named.filter(named.name != "")
    sums = {metric: named[metric].sum() for metric in REACTIONS} | {BOUGHT: (named.conversion > 0).sum()}
    parted = named.group_by("experiment", "channel", "name").aggregate(n=named.count(), **sums)
    found: dict[Key, dict[str, dict[str, Count]]] = {}
    for row in read(parted.order_by("experiment", "channel", "name")).to_pylist():
        told = {metric: Count(row["n"], int(row[metric])) for metric in METRICS}
        found.setdefault((row["experiment"], row["channel"]), {})[row["name"]] = told
    return found


def compared(found: Counts, confidence: float) -> Iterator[dict[str, Any]]:
    """Yield rows of the table `variants`: each variant against every other of its channel, and what it brought against control.

    The intervals of a metric in a channel hold together, at every look, with at least the confidence: each has its part of the error.
    """
    for (campaign, channel), by_name in found.items():
        names = [name for name in by_name if name != CONTROL]
        n_pairs = max(1, len(names) * (len(names) - 1) // 2)
        pairs = [(pair, 1 - (1 - confidence) / n_pairs) for pair in permutations(names, 2)]
        if CONTROL in by_name:
            pairs += [((name, CONTROL), 1 - (1 - confidence) / len(names)) for name in names]
        for (name, other), own in pairs:
            for metric in METRICS:
                sides = by_name[name][metric], by_name[other][metric]
                shared = {
                    "campaign_id": campaign,
                    "channel": channel,
                    "variant": name,
                    "other": other,
                    "metric": metric,
                }
                yield shared | _read(*sides, metric, own, is_told=other != CONTROL or metric == BOUGHT)


def _read(arm: Count, other: Count, metric: str, confidence: float, *, is_told: bool) -> dict[str, Any]:
    counted = {
        "n": arm.n,
        "n_did": arm.n_did,
        "n_other": other.n,
        "n_other_did": other.n_did,
        "verdict": "undecided",
    }
    found = difference(arm, other, confidence=confidence) if is_told else None
    if found is None:
        return counted
    ahead = (found.low > 0) - (found.high < 0)
    verdict = ("undecided", "better", "worse")[ahead * WANTED.get(metric, 1)]
    told = {"difference": found.value, "difference_low": found.low, "difference_high": found.high}
    return counted | told | {"p_value": found.p_value, "verdict": verdict}


def variants(ws: Workspace, campaign_id: str) -> list[VariantReading]:
    """Return how the variants of a campaign stand, by channel; none before the turn after its launch."""
    table = ws.warehouse.table("variants")
    rows = ws.warehouse.read(
        table.filter(table.campaign_id == campaign_id).order_by("channel", "variant", "other", "metric")
    ).to_pylist()
    return [_reading(list(same)) for _, same in groupby(rows, lambda row: (row["channel"], row["variant"]))]


def _reading(rows: list[Mapping[str, Any]]) -> VariantReading:
    """Return the reading of one variant: better than all others, worse than one of them, or undecided."""
    bought = [row for row in rows if row["metric"] == BOUGHT]
    rivals = [row for row in bought if row["other"] != CONTROL] or bought
    rival = max(rivals, key=lambda row: row["n_other_did"] / max(row["n_other"], 1))
    verdicts = {row["verdict"] for row in rivals}
    verdict: VariantVerdict = (
        "worse" if "worse" in verdicts else "better" if verdicts == {"better"} else "undecided"
    )
    first = {row["metric"]: row["n_did"] for row in reversed(rows)}
    return VariantReading(
        channel=rival["channel"], variant=rival["variant"], n=rival["n"], n_did={name: first[name] for name in METRICS},
        against=rival["other"], difference=rival["difference"], low=rival["difference_low"], high=rival["difference_high"],
        verdict=verdict,
    )  # fmt: skip
