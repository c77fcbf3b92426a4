"""The loop step `curves`: fit the return curves and write the table."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from quanyu.ledger import keep_fit
from quanyu.measure.curve.daily import daily
from quanyu.measure.curve.landing import landing
from quanyu.measure.curve.return_curve import ReturnCurve
from quanyu.measure.curve.worth import worth
from quanyu.method import Fit, Inconclusive, fit
from quanyu.solve.curve import Curve, span
from quanyu.tables import contract
from quanyu.workspace import Workspace

READS = ("orders", "margins", "spend", "touches", "visits", "deliveries", "identities")


def curves(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Fit the return curve of every ad channel, keep the fit, and write the table `curves`: the loop step."""
    settings = ws.settings.curve
    spec = ReturnCurve(
        as_of=as_of,
        lands=tuple((ad, tuple(sorted(parts.items()))) for ad, parts in sorted(landing(ws, as_of).items())),
        worth=tuple(sorted(worth(ws, as_of, settings.window_days).items())),
        measured=measured(ws),
        is_chinese=ws.settings.currency == "CNY",
        seed=ws.settings.seed,
    )
    window = (as_of - dt.timedelta(days=settings.window_days), as_of)
    found = fit(
        spec, daily(ws, as_of, settings.window_days), reduce=ws.warehouse.read, window=window,
        versions={name: ws.warehouse.version(name) for name in READS}, seed=ws.settings.seed,
    )  # fmt: skip
    if isinstance(found, Inconclusive):
        empty = ws.warehouse.table("curves").filter(ibis.literal(False))
        ws.warehouse.replace("curves", empty, by="measure")
        return {"inconclusive": found.reason, "n_channels": 0}
    fit_id = keep_fit(ws.ledger, found.kept(ws.now()))
    ws.warehouse.replace("curves", rows_of(found, as_of, fit_id), by="measure")
    known = sum(one["status"] == "known" for one in found.parameters["channels"].values())
    return {"n_channels": len(found.parameters["channels"]), "n_known": known, "fit_id": fit_id}


def measured(ws: Workspace) -> tuple[tuple[str, float, float, float, float], ...]:
    """Return what experiments measured of ad channels: (channel, spend from, spend to, orders per day, error).

    None yet: the experiments on record are of campaigns, not of an ad channel's spend. A spend trial needs no entry
    here, its days are in the curves like all others.
    """
    return ()


def rows_of(found: Fit, as_of: dt.date, fit_id: str) -> pa.Table:
    """Return the rows of the table `curves` from a fit."""
    promise = contract("curves")
    schema = promise.schema.to_pyarrow()
    rows = [
        {"channel": name, "as_of": as_of, "fit_id": fit_id, **_row(one)}
        for name, one in found.parameters["channels"].items()
    ]
    money = {column.name for column in promise.columns if column.kind == "money"}
    for row in rows:
        for name in money & row.keys():
            row[name] = None if row[name] is None else Decimal(f"{row[name]:.2f}")
    return pa.Table.from_pylist(rows, schema)


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    row = {
        "status": one["status"],
        "reason": one["reason"],
        "lands_on": json.dumps(one["lands_on"], ensure_ascii=False, sort_keys=True),
        "control": one["control"],
        "spend_amount": one["spend"],
        "n_claimed": one["claimed"],
        "order_worth_amount": one["worth"],
        "n_days": one["n_days"],
    }
    if not one["draws"]:
        return row
    orders = Curve.unpacked(one["draws"])
    worth, now = one["worth"], np.array([one["spend"]])
    row |= {"carry": one["carry"], "half_amount": one["curve"]["half"], "slope": one["curve"]["slope"]}
    row |= {"p_no_effect": one["p_value"], "noise": one["noise"]}
    for axis, name in (("carry", "carry"), ("half", "half_amount"), ("slope", "slope")):
        row |= dict(zip((f"{name}_low", f"{name}_high"), one["spans"][axis], strict=True))
    row |= _spanned("ceiling_amount", orders.ceiling * worth)
    row["ceiling_amount"] = one["curve"]["ceiling"] * worth
    if one["spend"] > 0:
        caused = orders.at(now)[0]
        row |= _spanned("n_caused", caused) | _spanned("return_amount", caused * worth)
        row |= _spanned("marginal_return", orders.marginal(now)[0] * worth)
        row |= _spanned("profit_roi", caused * worth / now[0] - 1)
    return row


def _spanned(name: str, values: Any) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), span(values), strict=True))
