"""Whether what a forecast says of who is still a customer may be shown."""

from __future__ import annotations

from quanyu.ledger import find_fit, list_fits
from quanyu.workspace import Workspace


def is_alive_withdrawn(ws: Workspace, fit_id: str = "") -> bool:
    """Return whether a forecast, else the newest, failed its test: P(alive) comes from the same model, so nothing shows it."""
    newest = (
        find_fit(ws.ledger, fit_id)
        if fit_id
        else next(iter(list_fits(ws.ledger, method="Lifetime", limit=1)), None)
    )
    return newest is not None and newest.diagnostics.get("fits") is False
