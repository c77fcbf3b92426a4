"""What the money for ads brings and how it should be divided, as the report tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quanyu.tables.owned.curve import DOUBTS, VERDICTS
from quanyu.tables.owned.decided import REFUSALS, SCENARIOS
from quanyu.tables.owned.spend_test import described, returned
from quanyu.tables.view.slice_names import slice_name
from quanyu.text import Language, Sentence, Text
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Ad:
    """One ad channel a day: what it spends, claims and truly causes, what a test measured; and what it should get."""

    channel: str
    is_known: bool
    doubt: Text
    spend: float
    n_claimed: float | None
    n_caused: float | None
    n_caused_low: float | None
    n_caused_high: float | None
    marginal: float | None
    proposed: float
    test: Sentence | None
    measured: Sentence | None

    def name_in(self, language: Language) -> str:
        """Return its name."""
        return slice_name(self.channel, language)


@dataclass(frozen=True)
class SpendReview:
    """The money for ads: its channels, and the change that is proposed or why none is."""

    ads: tuple[Ad, ...]
    status: str
    reason: Text
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    p_gain: float | None


def spend_review(ws: Workspace) -> SpendReview | None:
    """Return the newest curves and budget; None where there are none."""
    budgets, lines, curves = (ws.warehouse.table(name) for name in ("budgets", "budget_lines", "curves"))
    whole = ws.warehouse.read(budgets.filter(budgets.scenario == SCENARIOS[0])).to_pylist()
    if not whole:
        return None
    budget = whole[0]
    kept = lines.filter(lines.scenario == SCENARIOS[0]).order_by("channel")
    by_name = {row["channel"]: row for row in ws.warehouse.read(curves).to_pylist()}
    tests = {row["channel"]: row for row in ws.warehouse.read(ws.warehouse.table("spend_tests")).to_pylist()}
    measured = _measured(ws)
    ads = tuple(
        _ad(
            row,
            by_name.get(row["channel"], {}),
            tests.get(row["channel"], {}),
            measured.get(row["channel"]),
            ws.settings.currency,
        )
        for row in ws.warehouse.read(kept).to_pylist()
    )
    gain, low, high = (_number(budget[f"expected_gain_amount{end}"]) for end in ("", "_low", "_high"))
    return SpendReview(
        ads=ads,
        status=budget["status"],
        reason=REFUSALS.get(budget["reason"] or "", ""),
        gain=gain,
        gain_low=low,
        gain_high=high,
        p_gain=budget["p_gain"],
    )


def _measured(ws: Workspace) -> dict[str, Sentence | None]:
    """Return by channel what its newest test that was read has measured."""
    results = ws.warehouse.table("spend_test_results")
    read = ws.warehouse.read(results.filter(results.status == "read").order_by("ends_on", "decision_id"))
    return {row["channel"]: returned(row) for row in read.to_pylist()}


def _ad(
    line: dict[str, Any],
    curve: dict[str, Any],
    test: dict[str, Any],
    measured: Sentence | None,
    currency: str,
) -> Ad:
    return Ad(
        channel=line["channel"],
        is_known=line["curve_status"] == "known",
        doubt=DOUBTS.get(line["reason"] or "", "") or VERDICTS.get(curve.get("verdict") or "", ""),
        spend=float(line["current_amount"]),
        n_claimed=_number(curve.get("n_claimed")),
        n_caused=_number(curve.get("n_caused")),
        n_caused_low=_number(curve.get("n_caused_low")),
        n_caused_high=_number(curve.get("n_caused_high")),
        marginal=line["marginal_return"],
        proposed=float(line["proposed_amount"]),
        test=described(test, currency) if test.get("status") == "proposed" else None,
        measured=measured,
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
