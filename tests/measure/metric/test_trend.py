from __future__ import annotations

import datetime as dt

import pyarrow as pa

from quanyu.measure.metric.trend import trend
from quanyu.tables.metric.period import Period, preset
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 7, 1)


def test_points_stand_beside_the_same_place_of_the_compared_periods(workspace: Workspace) -> None:
    days = [AS_OF - dt.timedelta(days=back) for back in range(10, 0, -1)]
    rows = {
        "metric": ["net_revenue"] * 10,
        "grain": ["day"] * 10,
        "on": days,
        "dimension": ["all"] * 10,
        "slice": ["all"] * 10,
        "numerator": [float(n) for n in range(10)],
        "denominator": [1.0] * 10,
    }
    workspace.warehouse.replace("metrics", pa.table(rows), by="measure")
    found = trend(workspace, "net_revenue", "day", preset("last_7", AS_OF))
    assert found.on == tuple(days[3:])
    assert found.values == (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
    assert found.previous == (None, None, None, None, 0.0, 1.0, 2.0)
    assert found.last_year == (None,) * 7


def test_no_data_gives_gaps(workspace: Workspace) -> None:
    found = trend(workspace, "gmv", "day", Period("custom", "", dt.date(2026, 6, 1), dt.date(2026, 6, 3)))
    assert found.values == found.previous == found.last_year == (None, None)
