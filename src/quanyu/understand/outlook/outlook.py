"""The outlook of the customers together: orders and value of the next days, with an interval tested on the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from quanyu.ledger import find_fit
from quanyu.method import Inconclusive
from quanyu.solve.history import Values
from quanyu.solve.outlook import interval
from quanyu.tables.view.outlook import KINDS, NO_FORECAST, TOO_FAR, Outlook, outlook_of
from quanyu.text import Sentence, Text
from quanyu.understand.outlook.ahead import Ahead
from quanyu.understand.outlook.backtest import Origin, Past, foreseen, learned, off, origins
from quanyu.understand.outlook.demand_clock import Clock
from quanyu.workspace import Workspace


def outlook(ws: Workspace, days: int) -> Outlook | Inconclusive:
    """Return the outlook of the newest fit, or why nobody can tell; see `outlook_of` for the forecast without an interval.

    Between `low` and `high` the truth lay 95 % of the time when the forecast was made again on earlier days, each from what was
    known then (see `quanyu.understand.outlook.backtest`), the model's own variance added.
    """
    newest = ws.warehouse.table("lifetimes").select("fit_id").limit(1)
    fit_ids = ws.warehouse.read(newest)["fit_id"].to_pylist()
    kept = find_fit(ws.ledger, fit_ids[0]) if fit_ids else None
    told = kept.diagnostics.get("outlook") if kept else None
    if not told:
        return Inconclusive(Sentence(NO_FORECAST))
    if not 1 <= days <= len(told["orders"]):
        return Inconclusive(Sentence(TOO_FAR, most=len(told["orders"]), days=days))
    result = outlook_of(told, days)
    return Inconclusive(_reason(*result.reason)) if result.reason else result


def outlook_from(past: Past, n_days: int) -> dict[str, Any]:
    """Return what `foresee` tells of the buyers of a log alone; nothing where they are too few for a forecast."""
    state = learned(past, past.today)
    if state is None:
        return {}
    whole = foreseen(past, past.today, n_days, state)
    n_buyers = int((past.log.first <= past.today).sum())
    return foresee(whole, state.clock, past.today, list(origins(past, n_days)), n_buyers)


def _reason(sentence: Text, values: Mapping[str, object | Text]) -> Sentence:
    """The reason as a sentence whose words can be translated too."""
    words = {name: Sentence(value) if isinstance(value, str) else value for name, value in values.items()}
    return Sentence(sentence, **words)


def foresee(whole: Ahead, clock: Clock, today: int, past: Sequence[Origin], n_buyers: int) -> dict[str, Any]:
    """Return, by days ahead, orders and amount with their intervals, in how many origins each was tested, and what is unseen."""
    n_days = len(whole.orders)
    unseen = _unseen(clock, today, n_days)
    variance = clock.uncertainty(today + 1, n_days)
    told: dict[str, Any] = {"n_buyers": n_buyers, "unseen": unseen}
    for kind in KINDS:
        expected, own = getattr(whole, kind), getattr(whole, f"{kind}_variance")
        tested = [off(past, kind, days) for days in range(1, n_days + 1)]
        told["n_origins"] = [n for n, _ in tested]
        ends: list[tuple[float, float] | tuple[None, None]] = []
        for at, (_, beyond) in enumerate(tested):
            can_tell = beyond is not None and not (unseen and at + 1 >= unseen["days"]) and expected[at] > 0
            spread = own[at] / max(expected[at], 1e-12) ** 2 + variance[at]
            ends.append(interval(expected[at], spread, beyond.width) if can_tell and beyond else (None, None))
        told[kind] = _rounded(expected)
        told[f"{kind}_low"], told[f"{kind}_high"] = (
            [None if end is None else round(float(end), 4) for end in side]
            for side in zip(*ends, strict=True)
        )
    return told


def _rounded(values: Values) -> list[float]:
    return [round(float(value), 6) for value in values]


def _unseen(clock: Clock, today: int, n_days: int) -> dict[str, Any] | None:
    """The first festival ahead that history has not shown, its first day, and how many days ahead that is."""
    calendar = clock.calendar
    hidden = np.flatnonzero(calendar.unseen(clock.expected))
    ahead = calendar.columns[today + 1 : today + 1 + n_days, hidden]
    days = np.flatnonzero(ahead.any(axis=1))
    if not len(days):
        return None
    first = int(days[0])
    day = calendar.first_on + dt.timedelta(days=today + 1 + first)
    name = calendar.names[int(hidden[int(ahead[first].argmax())])]
    return {"festival": name, "day": day.isoformat(), "days": first + 1}
