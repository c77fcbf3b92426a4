"""What tests of an ad channel's spend have shown enters what is known of it, and a test that runs holds it still."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from quanyu import ledger
from quanyu.decide.budget.division import AdChannel
from quanyu.solve.curve import Curve
from quanyu.solve.spend_test import belief
from quanyu.workspace import Workspace

VALID_DAYS = 365
"""A test counts for so long: effects change."""
RECENT_DAYS = 28
"""The present spend is the mean of these days; where a test lies in them, it is the usual spend of the test."""
N_DRAWS = 300


def weighed(ws: Workspace, channels: Sequence[AdChannel], as_of: dt.date) -> list[AdChannel]:
    """Return ad channels with the newest test of each weighed in.

    A channel under test `is_held`. A finished test makes its channel known. Its evidence is weighed with the curve
    that was known before the test, by precision, where both may be right; where no curve was known, or the
    two contradict each other, the test takes its place: of the two it is the one that was drawn by lot.
    """
    tests: dict[str, Mapping[str, Any]] = {}
    for row in ws.warehouse.read(ws.warehouse.table("spend_test_results").order_by("ends_on")).to_pylist():
        if as_of <= row["ends_on"] + dt.timedelta(days=VALID_DAYS):
            tests[row["channel"]] = row
    n = next((len(channel.curve.half) for channel in channels if channel.curve is not None), N_DRAWS)
    return [
        _weighed(ws, channel, tests[channel.name], as_of, n) if channel.name in tests else channel
        for channel in channels
    ]


def _weighed(ws: Workspace, channel: AdChannel, test: Mapping[str, Any], as_of: dt.date, n: int) -> AdChannel:
    usual = float(test["usual_amount"])
    if as_of <= test["ends_on"] + dt.timedelta(days=RECENT_DAYS):
        channel = replace(channel, spend=usual)
    if test["status"] == "running":
        return replace(channel, is_held=True)
    if test["status"] != "read":
        return channel
    random = np.random.default_rng([ws.settings.seed, zlib.crc32(test["decision_id"].encode())])
    order_margin = channel.order_margin or float(test["order_worth_amount"])
    shown = belief.Evidence(
        float(test["spent_low_amount"]), float(test["spent_high_amount"]),
        test["n_orders"], test["n_orders_error"],
    )  # fmt: skip
    before = _before(ws, test)
    is_shared = before is not None and belief.is_compatible(before, shown)
    start = before if before is not None and is_shared else belief.believed(usual, order_margin, random)
    return replace(
        channel, status="known", reason="", order_margin=order_margin, curve=belief.convinced(start, shown, n, random),
        evidence="both" if is_shared else "test",
    )  # fmt: skip


def _before(ws: Workspace, test: Mapping[str, Any]) -> Curve | None:
    """Return the curve that was known when the test was proposed: later ones have seen its days themselves."""
    expected = ledger.find_decision(ws.ledger, test["decision_id"]).expected
    kept = ledger.find_fit(ws.ledger, expected.get("fit_id") or "")
    learned = kept.parameters["channels"].get(test["channel"], {}) if kept else {}
    return (
        Curve.unpacked(learned["draws"])
        if learned.get("status") == "known" and learned.get("draws")
        else None
    )
