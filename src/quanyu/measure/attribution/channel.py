"""What the console asks of attribution: credits by model beside costs, the names of campaigns, and what is better proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quanyu.measure.touch import route
from quanyu.tables.owned.measured import LEVELS, MODELS
from quanyu.tables.view.credit import CreditBook, credit_book
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Channels:
    """The credits of a level and window, the names of campaigns by key, and how many effects were measured better.

    `n_lifts` counts campaigns that were read against a control group, `n_curves` channels whose return curve is told
    from nothing.
    """

    book: CreditBook
    names: Mapping[str, str]
    n_lifts: int
    n_curves: int


def channels(ws: Workspace, level: str = "channel", window: str = "30d") -> Channels:
    """Return the newest credits of a level; those of 30 days where the window was not worked out."""
    rows = ws.warehouse.table("credits")
    chosen = level if level in LEVELS else LEVELS[0]
    book = credit_book(ws.warehouse.read(rows.filter(rows.level == chosen)), chosen, window, MODELS)
    return Channels(book, _names(ws) if chosen == "campaign" else {}, _lifts(ws), _curves(ws))


def _names(ws: Workspace) -> dict[str, str]:
    spend = ws.warehouse.table("spend")
    rows = spend.group_by("platform", "campaign_id").agg(campaign=spend.campaign.max())
    return {
        route.key_of(row["platform"], row["campaign_id"]): row["campaign"]
        for row in ws.warehouse.read(rows).to_pylist()
        if row["campaign_id"] and row["campaign"]
    }


def _lifts(ws: Workspace) -> int:
    rows = ws.warehouse.table("lifts")
    counted = ws.warehouse.read(rows.filter(rows.status == "measured").agg(n=rows.campaign_id.nunique()))
    return int(counted["n"][0].as_py())


def _curves(ws: Workspace) -> int:
    rows = ws.warehouse.table("curves")
    return int(ws.warehouse.read(rows.filter(rows.status == "known").count())[0][0].as_py())
