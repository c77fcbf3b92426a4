"""What the customers will be worth, as the report tells it: the whole, by tenth, and whether the forecast held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quanyu import ledger
from quanyu.tables.view.model_names import LIFETIME
from quanyu.tables.view.outlook import Outlook, outlooks_of
from quanyu.workspace import Workspace

SUMS = ("clv_amount", "expected_orders", "p_alive")


@dataclass(frozen=True)
class Tenth:
    """One tenth of the buyers by value, 10 the most valuable; means per buyer."""

    decile: int
    n_people: int
    clv_amount: float
    expected_orders: float
    p_alive: float | None
    value_share: float


@dataclass(frozen=True)
class Tested:
    """One tenth of the buyers by what was expected of them in the holdout, and the orders each placed, on average."""

    level: int
    n: float
    expected: float
    actual: float


@dataclass(frozen=True)
class CustomerValue:
    """The forecast of a horizon: sums over all buyers, the tenths, and the verdict of the holdout.

    `fits` is None where the forecast could not be tested; `reasons` are sentences with the values for their places;
    `ratio` is orders that came over orders expected in the `holdout_days`: `n_came` over `n_foreseen`, in `tested` by tenth.
    `alive_share` is None where P(alive) is withdrawn: the forecast does not fit, or for the reasons in `leaving`.
    `outlook` tells the whole by days ahead, with its interval or why there is none.
    """

    horizon_days: int
    n_people: int
    clv_amount: float
    expected_orders: float
    alive_share: float | None
    tenths: tuple[Tenth, ...]
    model: str
    fits: bool | None
    reasons: tuple[tuple[str, Mapping[str, Any]], ...]
    holdout_days: int
    ratio: float | None
    n_foreseen: float | None
    n_came: float | None
    tested: tuple[Tested, ...]
    leaving: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    outlook: tuple[Outlook, ...] = ()

    @property
    def top_share(self) -> float:
        """The share of all value in the most valuable tenth."""
        return self.tenths[0].value_share if self.tenths else 0.0


def customer_value(ws: Workspace) -> CustomerValue | None:
    """Return the forecast of the newest turn; None where it has none."""
    rows = ws.warehouse.table("lifetimes")
    sums = {name: rows[name].cast("float64").sum() for name in SUMS}
    counted = rows.group_by("decile", "fit_id").aggregate(n=rows.count(), **sums)
    deciles = ws.warehouse.read(counted).to_pylist()
    kept = ledger.find_fit(ws.ledger, deciles[0]["fit_id"]) if deciles else None
    if kept is None:
        return None
    n = sum(row["n"] for row in deciles)
    total = {name: sum(row[name] or 0.0 for row in deciles) for name in SUMS}
    is_told = any(row["p_alive"] is not None for row in deciles)
    tenths = [_tenth(row, total["clv_amount"]) for row in deciles if row["decile"] is not None]
    told, holdout = kept.diagnostics, kept.diagnostics.get("holdout", {})
    return CustomerValue(
        horizon_days=kept.spec["horizon_days"],
        n_people=n,
        clv_amount=total["clv_amount"],
        expected_orders=total["expected_orders"],
        alive_share=total["p_alive"] / n if is_told and told["fits"] is not False else None,
        tenths=tuple(sorted(tenths, key=lambda tenth: -tenth.decile)),
        model=LIFETIME[kept.parameters["model"]],
        fits=told["fits"],
        reasons=tuple((str(sentence), dict(values)) for sentence, values in told["reasons"]),
        holdout_days=holdout.get("days", 0),
        ratio=holdout.get("ratio"),
        n_foreseen=holdout.get("expected"),
        n_came=holdout.get("actual"),
        tested=tuple(Tested(**band) for band in reversed(holdout.get("by_tenth", ()))),
        leaving=tuple((str(sentence), dict(values)) for sentence, values in told.get("leaving", ())),
        outlook=outlooks_of(told.get("outlook"), kept.spec["horizon_days"]),
    )


def _tenth(row: Mapping[str, Any], total: float) -> Tenth:
    n, value = row["n"], row["clv_amount"] or 0.0
    share = value / total if total else 0.0
    alive = None if row["p_alive"] is None else row["p_alive"] / n
    return Tenth(row["decile"], n, value / n, row["expected_orders"] / n, alive, share)
