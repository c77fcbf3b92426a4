"""What the control group of a journey could show, judged by those who would have entered and what they really bought."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import pyarrow as pa

from quanyu.act.journey.document import Plan
from quanyu.ledger import Ledger
from quanyu.ledger.journey import road
from quanyu.method.assignment import CONTROL, TREATED
from quanyu.method.scratch import Scratch
from quanyu.solve.experiment.plan import detectable
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Strength:
    """People of both arms, the share of them who really bought within the window after they would have entered (`base`; none
    where no window is over), and the smallest rise of that share that would be found four times in five (`least`).

    `n_observed` counts those whose window is over.
    """

    n_treated: int
    n_control: int
    n_observed: int
    base: float | None
    least: float | None


def strength(ws: Workspace, own: Ledger, plan: Plan) -> Strength:
    """Return what those who entered in a ledger could show; they count once, from their first entry on."""
    began: dict[str, tuple[str, dt.datetime]] = {}
    for batch in road.stream(own):
        for row in batch:
            if row["arm"]:
                began.setdefault(row["person_id"], (row["arm"], row["entered_at"]))
    arms = [arm for arm, _ in began.values()]
    n_treated, n_control = arms.count(TREATED), arms.count(CONTROL)
    window = dt.timedelta(days=plan.window_days)
    over = {person: at for person, (_, at) in began.items() if at + window <= ws.now()}
    if not over:
        return Strength(n_treated, n_control, 0, None, None)
    base = _buyers(ws, over, window) / len(over)
    is_told = n_control and n_treated and 0 < base < 1
    n = n_treated + n_control
    least = detectable(n, base * (1 - base), control_share=n_control / n) if is_told else None
    return Strength(n_treated, n_control, len(over), base, least)


def _buyers(ws: Workspace, began: dict[str, dt.datetime], window: dt.timedelta) -> int:
    """Return how many people bought within a time after a moment of each."""
    kind = pa.timestamp("us", "UTC")
    named = pa.table(
        {
            "person_id": list(began),
            "low": pa.array(began.values(), kind),
            "high": pa.array([at + window for at in began.values()], kind),
        }
    )
    orders, owners = ws.warehouse.table("orders"), ws.warehouse.table("identities")
    paid = orders.filter(orders.paid_amount > 0).select("id_key", "ordered_at")
    with Scratch(ws) as scratch:
        theirs = owners.select("id_key", "person_id").inner_join(scratch.known(named), "person_id")
        both = theirs.inner_join(paid, "id_key")
        hits = both.filter(both.ordered_at >= both.low, both.ordered_at < both.high)
        told = hits.aggregate(n=ibis._.person_id.nunique())
        return int(ws.warehouse.read(told)["n"][0].as_py() or 0)
