"""Variants against a count by hand: each in the channel it was given, and verdicts that can be told at every look."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from tests.measure.experiment.test_experiment import AS_OF, START, delivery, order, put

from quanyu.measure.experiment import variants
from quanyu.measure.experiment.experiment import lifts
from quanyu.measure.experiment.variant import METRICS, compared
from quanyu.solve.experiment.watch import Count
from quanyu.workspace import Workspace

N = 600
EVERY = {"A": 4, "B": 20, "control": 17, "": 9}
"""Of each variant every n-th person buys; nothing: who gets the only text message."""


def fill(ws: Workspace) -> dict[tuple[str, str, str], int]:
    """Three of ten get mail A, three mail B, two a text message, two nothing; some mails go by SMS in the end. Return true counts."""
    sent, given, told, made, known = [], [], [], [], []
    seen: Counter[tuple[str, str, str]] = Counter()
    for i in range(N):
        kind = i % 10
        channel, name = (
            ("sms", "A") if kind in (6, 7) else ("mail", "A" if kind < 3 else "B" if kind < 6 else "")
        )
        arm = "control" if kind > 7 else "treated"
        came_back = channel == "mail" and arm == "treated" and i % 7 == 0
        sent.append(
            delivery("c", f"p{i}", arm, START) | {"channel": "sms" if came_back else channel, "variant": name}
        )
        ways = [channel, "sms"] if channel == "mail" else ["sms"]
        given += [
            {"send_id": f"c:1:p{i}", "channel": way, "campaign_id": "c", "place": i, "person_id": f"p{i}", "composed_at": START,
             "variant": name, "is_first": way == channel}
            for way in ways if arm == "treated"
        ]  # fmt: skip
        key = (channel, "control" if arm == "control" else name)
        seen[*key, "n"] += 1
        for metric, every in (("opened", 2), ("clicked", 5), ("unsubscribed", 50)):
            is_clicked = metric == "opened" and i % 5 == 0  # whoever clicked has opened
            seen[*key, metric] += arm == "treated" and (i % every == 0 or is_clicked)
            if arm == "treated" and i % every == 0:
                told += [reaction(i, metric, day) for day in (1, 3)]
        told += [reaction(i, "clicked_by_scanner", 0)] if i % 3 == 0 and arm == "treated" else []
        if i // 10 % EVERY["control" if arm == "control" else name if channel == "mail" else ""] == 0:
            seen[*key, "bought"] += 1
            made += [
                order(2 * i + again, f"user:{i}", START + dt.timedelta(days=2 + again), 40)
                for again in (0, 1)
            ]
        made.append(order(5000 + i, f"user:{i}", START + dt.timedelta(days=30), 40))
        known.append({"id_key": f"user:{i}", "kind": "user", "person_id": f"p{i}"})
    for name, rows, owner in (
        ("deliveries", sent, "act"), ("messages", given, "act"), ("responses", told, "act"),
        ("orders", made, "collect"), ("identities", known, "collect"),
    ):  # fmt: skip
        put(ws, name, rows, owner)
    return seen


def reaction(i: int, kind: str, day: int) -> dict[str, Any]:
    at = START + dt.timedelta(days=day)
    return {
        "send_id": f"c:1:p{i}",
        "person_id": f"p{i}",
        "kind": kind,
        "responded_at": at,
        "campaign_id": "c",
        "channel": "mail",
    }


def test_variants_are_counted_in_the_channel_they_were_given_and_compared(workspace: Workspace) -> None:
    seen = fill(workspace)
    lifts(workspace, AS_OF)
    rows = workspace.warehouse.read(workspace.warehouse.table("variants")).to_pylist()
    keys = {(row["channel"], row["variant"], row["other"]) for row in rows}
    assert keys == {
        ("mail", "A", "B"),
        ("mail", "B", "A"),
        ("mail", "A", "control"),
        ("mail", "B", "control"),
    }
    for row in rows:
        mine, other = ((row["channel"], row[side]) for side in ("variant", "other"))
        counted = [row[name] for name in ("n", "n_did", "n_other", "n_other_did")]
        assert counted == [
            seen[*mine, "n"],
            seen[*mine, row["metric"]],
            seen[*other, "n"],
            seen[*other, row["metric"]],
        ]
    by_key = {(row["variant"], row["other"], row["metric"]): row for row in rows}
    assert (
        by_key["A", "B", "bought"]["verdict"] == "better" and by_key["B", "A", "bought"]["verdict"] == "worse"
    )
    assert by_key["A", "control", "opened"]["difference"] is None
    first = next(one for one in variants(workspace, "c") if (one.channel, one.variant) == ("mail", "A"))
    assert (first.against, first.verdict, first.n) == ("B", "better", 180)
    assert first.n_did == {metric: seen["mail", "A", metric] for metric in METRICS}
    assert first.low is not None and 0 < first.low < first.difference < first.high  # type: ignore[operator]
    assert variants(workspace, "another") == []


def reads(**by_name: tuple[int, int]) -> dict[tuple[str, str, str], dict[str, Any]]:
    told = {name: dict.fromkeys(METRICS, Count(*pair)) for name, pair in by_name.items()}
    return {
        (row["variant"], row["other"], row["metric"]): row for row in compared({("c", "mail"): told}, 0.95)
    }


def test_where_less_is_better_the_fewer_are_ahead_and_many_variants_share_the_error() -> None:
    two = reads(A=(1000, 150), B=(1000, 60))
    assert (
        two["A", "B", "clicked"]["verdict"] == "better"
        and two["A", "B", "unsubscribed"]["verdict"] == "worse"
    )
    three = reads(A=(1000, 150), B=(1000, 60), C=(1000, 100))
    for side, sign in (("difference_low", -1), ("difference_high", 1)):
        assert sign * (three["A", "B", "bought"][side] - two["A", "B", "bought"][side]) > 0
    assert reads(A=(1000, 0), B=(1000, 0))["A", "B", "bought"] == {
        "campaign_id": "c", "channel": "mail", "variant": "A", "other": "B", "metric": "bought", "verdict": "undecided",
        "n": 1000, "n_did": 0, "n_other": 1000, "n_other_did": 0,
    }  # fmt: skip


@pytest.mark.parametrize("names", [(), ("A",)])
def test_nobody_to_compare_with_is_no_comparison(names: tuple[str, ...]) -> None:
    assert reads(**dict.fromkeys(names, (100, 5))) == {}
