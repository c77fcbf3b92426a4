"""The loop step `curves`: fit the return curves and write the table."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from quanyu.ledger import keep_fit
from quanyu.measure.curve.daily import daily
from quanyu.measure.curve.destination import destinations
from quanyu.measure.curve.finding import RECENT_DAYS
from quanyu.measure.curve.order_margin import order_margin
from quanyu.measure.curve.return_curve import NO_DATA, NO_MARGIN, TOO_SHORT, ReturnCurve
from quanyu.measure.touch import touch
from quanyu.method import Fit, Inconclusive, fit
from quanyu.part.step import Step
from quanyu.solve.curve import Curve
from quanyu.tables import contract
from quanyu.tables.record import table_of
from quanyu.tables.settings import CurveSettings
from quanyu.workspace import Workspace

CODES = {NO_DATA: "no_data", TOO_SHORT: "too_short", NO_MARGIN: "no_margin"}
READS = ("orders", "margins", *touch.TOUCH_READS)


def curves(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Fit the return curve of every ad channel, keep the fit, and write the table `curves`: the loop step."""
    settings = ws.settings.of(CurveSettings)
    spec = ReturnCurve(
        as_of=as_of,
        lands=tuple(
            (ad, tuple(sorted(parts.items()))) for ad, parts in sorted(destinations(ws, as_of).items())
        ),
        order_margin=tuple(sorted(order_margin(ws, as_of, settings.window_days).items())),
        measured=measured(ws),
        is_chinese=ws.settings.currency == "CNY",
        seed=ws.settings.seed,
    )
    window = (as_of - dt.timedelta(days=settings.window_days), as_of)
    fitted = fit(
        spec, daily(ws, as_of, settings.window_days), reduce=ws.warehouse.read, window=window,
        versions={name: ws.warehouse.version(name) for name in READS}, seed=ws.settings.seed,
    )  # fmt: skip
    if isinstance(fitted, Inconclusive):
        untold = _untold(ws, as_of, CODES[fitted.reason])
        ws.warehouse.replace("curves", table_of(contract("curves"), untold), by="measure")
        return {"inconclusive": fitted.reason, "n_channels": len(untold)}
    fit_id = keep_fit(ws.ledger, fitted.kept(ws.now()))
    ws.warehouse.replace("curves", table_of(contract("curves"), rows_of(fitted, as_of, fit_id)), by="measure")
    known = sum(channel["status"] == "known" for channel in fitted.parameters["channels"].values())
    return {"n_channels": len(fitted.parameters["channels"]), "n_known": known, "fit_id": fit_id}


def measured(ws: Workspace) -> tuple[tuple[str, float, float, float, float], ...]:
    """Return what experiments measured of ad channels: (channel, spend from, spend to, orders per day, error).

    None: what a test of spend shows is weighed in by the budget, and its days are in the curves like all others.
    """
    return ()


def rows_of(fitted: Fit, as_of: dt.date, fit_id: str) -> list[dict[str, Any]]:
    """Return the rows of the table `curves` from a fit."""
    return [
        {"channel": name, "as_of": as_of, "fit_id": fit_id, **_row(channel)}
        for name, channel in fitted.parameters["channels"].items()
    ]


def _untold(ws: Workspace, as_of: dt.date, reason: str) -> list[dict[str, Any]]:
    """Return a row for every ad channel, with its recent spend and why nothing can be told."""
    rows = daily(ws, as_of, ws.settings.of(CurveSettings).window_days)
    rows = rows.filter(rows.kind == "spend")
    recent = rows.on >= as_of - dt.timedelta(days=RECENT_DAYS)
    summed = rows.group_by("name").agg(
        cost=rows.amount.sum(where=recent).fill_null(0), n_days=(rows.amount > 0).cast("int64").sum()
    )
    return [
        {
            "channel": row["name"],
            "as_of": as_of,
            "status": "cannot_tell",
            "verdict": "cannot_tell",
            "reason": reason,
            "spend_amount": float(row["cost"]) / RECENT_DAYS,
            "n_days": row["n_days"],
            "fit_id": "",
        }
        for row in ws.warehouse.read(summed.order_by("name")).to_pylist()
    ]


def _row(channel: Mapping[str, Any]) -> dict[str, Any]:
    row = {
        "status": channel["status"],
        "verdict": channel["verdict"],
        "reason": channel["reason"],
        "lands_on": json.dumps(channel["lands_on"], ensure_ascii=False, sort_keys=True),
        "control": channel["control"],
        "spend_amount": channel["spend"],
        "n_claimed": channel["claimed"],
        "order_worth_amount": channel["order_margin"],
        "n_days": channel["n_days"],
    }
    if not channel["draws"]:
        return row
    orders = Curve.unpacked(channel["draws"])
    order_margin, now = channel["order_margin"], np.array([channel["spend"]])
    row |= {
        "carry": channel["carry"],
        "half_amount": channel["curve"]["half"],
        "slope": channel["curve"]["slope"],
    }
    row |= {"p_no_effect": channel["p_value"], "noise": channel["noise"]}
    for axis, name in (("carry", "carry"), ("half", "half_amount"), ("slope", "slope")):
        row |= dict(zip((f"{name}_low", f"{name}_high"), channel["spans"][axis], strict=True))
    row |= _spanned("ceiling_amount", orders, orders.ceiling * order_margin)
    row["ceiling_amount"] = channel["curve"]["ceiling"] * order_margin
    if channel["spend"] > 0:
        caused = orders.at(now)[0]
        row["n_caused_raw"] = channel["raw"]
        row |= _spanned("n_caused", orders, caused) | _spanned("return_amount", orders, caused * order_margin)
        row |= _spanned("marginal_return", orders, orders.marginal(now)[0] * order_margin)
        row |= _spanned("profit_roi", orders, caused * order_margin / now[0] - 1)
    return row


def _spanned(name: str, curve: Curve, values: Any) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), curve.span(values), strict=True))


STEP = Step(
    "curves",
    "Find what spend on every ad channel brings",
    READS,
    ("curves",),
    curves,
    ("curve", "attribution", "seed"),
)
