"""From the purchase log of CDNOW to the published parameters: one scan, days instead of weeks (datasets/cdnow).

Sample: Fader, Hardie and Lee 2005. Full cohort: no published table; the parameters of the data set's README, which
another implementation fitted to the same log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import ibis
import numpy as np
import pytest

from quanyu.method import Fit, fit
from quanyu.understand.lifetime.history import histories, orders_until, purchase_days, trade
from quanyu.understand.lifetime.lifetime import Lifetime
from quanyu.workspace import Workspace

pytestmark = pytest.mark.datasets
CUT, END = dt.date(1997, 9, 30), dt.date(1998, 6, 30)


def cdnow(ws: Workspace, file: Path, customer: str) -> Workspace:
    """The log as orders at noon, each worth 1: free items were ordered too."""
    log = ws.warehouse.scan([file])
    at = (log.date.cast("timestamp") + ibis.interval(hours=17)).cast("timestamp('UTC')")
    one = ibis.literal(1).cast("decimal(18, 2)")
    orders = log.select(
        order_id=ibis.row_number().cast("string"), source=ibis.literal("cdnow"), ordered_at=at,
        id_key=ibis.literal("cdnow:").concat(log[customer].cast("string")), status=ibis.literal("completed"),
        net_amount=one,
    )  # fmt: skip
    ws.warehouse.replace("orders", orders, by="collect")
    keys = ws.warehouse.table("orders").select("id_key").distinct()
    known = keys.mutate(kind=ibis.literal("cdnow"), person_id=keys.id_key.substr(6))
    ws.warehouse.replace("identities", known, by="collect")
    return ws


@pytest.mark.parametrize(
    ("name", "customer", "parameters", "counts"),
    [
        ("cdnow_sample.parquet", "sample_id", (0.243, 4.414, 0.793, 2.426), (2_357, 946, 2_457, 1_882)),
        (
            "cdnow_master.parquet",
            "customer_id",
            (0.2516, 4.7889, 0.7234, 2.1611),
            (23_570, 9_451, 24_337, 19_684),
        ),
    ],
)
def test_the_log_gives_the_published_parameters(  # noqa: PLR0917 - cases
    name: str,
    customer: str,
    parameters: tuple[float, ...],
    counts: tuple[int, ...],
    make_workspace: Callable[..., Workspace],
    datasets: Path,
) -> None:
    ws = cdnow(make_workspace(timezone="America/New_York"), datasets / "cdnow" / name, customer)
    orders = orders_until(ws, CUT)
    days = purchase_days(ws, orders, trade(ws, orders))
    found = fit(Lifetime(model="bg_nbd"), histories(days, CUT, 0), reduce=ws.warehouse.read)
    assert isinstance(found, Fit)
    digits = len(str(parameters[0])) - 2
    scale = np.array([1.0, 7.0, 1.0, 1.0])
    fitted = np.array([found.parameters["parameters"][name] for name in ("r", "alpha", "a", "b")]) / scale
    assert tuple(fitted.round(digits).tolist()) == parameters
    assert (found.diagnostics["n_buyers"], found.diagnostics["n_repeat_buyers"]) == counts[:2]
    in_weeks = found.diagnostics["log_likelihood"] + counts[2] * np.log(7)
    assert round(in_weeks, 1) == {2_357: -9582.4, 23_570: -95368.4}[counts[0]]

    orders = orders_until(ws, END)
    later = histories(purchase_days(ws, orders, trade(ws, orders)), END, (END - CUT).days)
    card = fit(Lifetime(model="bg_nbd", holdout_days=(END - CUT).days), later, reduce=ws.warehouse.read)
    assert isinstance(card, Fit)
    holdout = card.diagnostics["holdout"]
    assert holdout["actual"] == counts[3]
    if counts[0] == 2_357:
        assert (round(holdout["correlation"], 3), round(holdout["mean_absolute_error"], 3)) == (0.626, 0.785)
