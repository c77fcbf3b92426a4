"""The loop step `attribution`: paths of touches to orders, and how every model credits channels and campaigns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quanyu.ledger import keep_fit
from quanyu.measure.attribution.channel_cost import Cost, costs
from quanyu.measure.attribution.credit import credits_of
from quanyu.measure.attribution.path import LEVELS, Found
from quanyu.measure.attribution.walk import walked
from quanyu.measure.touch import touch
from quanyu.method import Fit
from quanyu.method.scratch import Scratch
from quanyu.part.step import Step
from quanyu.tables import contract
from quanyu.tables.settings import AttributionSettings
from quanyu.tables.view.credit import UNATTRIBUTED
from quanyu.workspace import Workspace
from quanyu.workspace.kept import forget_others

READ = (*touch.TOUCH_READS, "orders", "margins")
MOST_UNKNOWN = 0.05
"""The margin is credited while at most this share of the orders lacks one."""


def attribution(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the tables `paths` and `credits` for all windows of the settings, and keep the fit: the loop step.

    The models do not go through `method.fit`: revenue, new buyers and the ages of touches are sums beside cells,
    which cells alone do not carry, and nine models and two hundred refits share one reading of the compressed
    paths. `Attribution` in `credit_model.py` is the same in the shape of a method, for conversions.
    """
    spec = ws.settings.of(AttributionSettings)
    since = as_of - dt.timedelta(days=spec.period_days)
    with Scratch(ws) as scratch:
        all_paths, made_of = walked(ws, as_of, scratch)
    every, whole = all_paths.every, all_paths.totals.to_pylist()[0]
    n_paths = sum(pc.sum(path_set.rows["n_nulls"]).as_py() or 0 for path_set in every)
    if not whole["n_conversions"] and not n_paths:
        for name in ("paths", "credits"):
            ws.warehouse.replace(name, contract(name).schema.to_pyarrow().empty_table(), by="measure")
        return {"inconclusive": "there are neither orders nor touches", "n_paths": 0, "n_credits": 0}
    has_margin = (whole["n_conversions"] or 0) - (whole["n_margins"] or 0) <= MOST_UNKNOWN * (
        whole["n_conversions"] or 0
    )
    priced = costs(ws, as_of, since)
    rows = [_rounded(record) for path_set in every for record in _records(ws, path_set, priced)]
    fit_id = _kept(ws, (since, as_of), rows)
    day = {"since": since, "as_of": as_of, "fit_id": fit_id}
    no_margin = {} if has_margin else {"margin_amount": None}
    schema = contract("credits").schema.to_pyarrow()
    table = pa.Table.from_pylist([row | day | no_margin for row in rows], schema)
    rows_of_paths = _paths(every, as_of, has_margin)
    ws.warehouse.replace("paths", rows_of_paths, by="measure", about={"made_of": made_of})
    forget_others(ws, "paths", made_of["kept"])
    ws.warehouse.replace("credits", table, by="measure")
    return {
        "n_paths": sum(path_set.rows.num_rows for path_set in every),
        "n_credits": len(rows),
        "fit_id": fit_id,
    }


def _rounded(record: dict[str, Any]) -> dict[str, Any]:
    """Sums in another order differ in the last bits; equal data shall give equal bytes."""
    floats = ("low", "high", "sampling_error", "conversions", "new_buyers")
    return record | {name: round(record[name], 6) for name in floats if isinstance(record.get(name), float)}


def _records(
    ws: Workspace, path_set: Found, priced: Mapping[tuple[str, str], Cost]
) -> Iterator[dict[str, Any]]:
    """Yield the credits of a level and window with costs; channels that cost but touched nobody known have no credit."""
    place = {"level": path_set.level, "window": path_set.window}
    seed = ws.settings.seed + 7 * path_set.window_days + LEVELS.index(path_set.level)
    known = {key: cost for (level, key), cost in priced.items() if level == path_set.level}
    models: dict[str, set[str]] = {}
    for record in credits_of(path_set, ws.settings.of(AttributionSettings), seed):
        models.setdefault(record["model"], set()).add(record["key"])
        yield place | record | {"cost_amount": known.get(record["key"], Cost()).cost_amount}
    for model, keys in models.items():
        for key in sorted(known.keys() - keys):
            yield place | {"model": model, "key": key, "cost_amount": known[key].cost_amount}
    for key, cost in sorted(known.items()):
        if cost.claimed_orders is not None:
            yield place | {
                "model": "claimed", "key": key, "conversions": cost.claimed_orders,
                "revenue_amount": cost.claimed_revenue_amount, "cost_amount": cost.cost_amount,
            }  # fmt: skip


def _paths(every: Sequence[Found], as_of: dt.date, has_margin: bool) -> pa.Table:
    schema = contract("paths").schema.to_pyarrow()
    parts = [schema.empty_table()]
    for path_set in every:
        rows = path_set.rows
        n = pc.add(pc.count_substring(rows["path"], " > "), 1)
        columns: dict[str, Any] = {name: rows[name] for name in rows.column_names}
        columns |= {
            "level": pa.array([path_set.level] * rows.num_rows),
            "window": pa.array([path_set.window] * rows.num_rows),
            "n_contacts": pc.if_else(pc.equal(rows["path"], ""), 0, n),
            "as_of": pa.array([as_of] * rows.num_rows),
        }
        if not has_margin:
            columns["margin_amount"] = pa.nulls(rows.num_rows, schema.field("margin_amount").type)
        parts.append(pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema))
    return pa.concat_tables(parts)


def _kept(ws: Workspace, window: tuple[dt.date, dt.date], rows: list[dict[str, Any]]) -> str:
    """Keep what was learned at the level of channels, and return the id of the fit."""
    spec = ws.settings.of(AttributionSettings)
    learned: dict[str, Any] = {}
    for row in rows:
        if row["level"] == "channel" and row.get("conversions") is not None and row["model"] != "claimed":
            learned.setdefault(row["window"], {}).setdefault(row["model"], {})[row["key"]] = row[
                "conversions"
            ]
    versions = {name: ws.warehouse.version(name) for name in READ}
    errors = {row["model"]: row["sampling_error"] for row in rows if row.get("sampling_error")}
    diagnostics = {"n_resamples": spec.n_resamples, "sampling_errors": errors, "not_credited": UNATTRIBUTED}
    fitted = Fit(
        method="Attribution",
        spec=spec.model_dump(),
        parameters=learned,
        window=window,
        versions=versions,
        scans=0,
        diagnostics=diagnostics,
        seed=ws.settings.seed,
    )
    return keep_fit(ws.ledger, fitted.kept(ws.now()))


STEP = Step(
    "attribution",
    "Credit channels with the orders that followed their touches",
    READ,
    ("paths", "credits"),
    attribution,
    ("attribution", "seed"),
    kept="by_person",
)
