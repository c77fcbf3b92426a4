"""Return curves as a method: its laws, what it finds in a planted shop, and what it refuses."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.measure.curve.adshop import AS_OF, HALF, adshop, daily_rows
from tests.method.laws import Case, check_laws

from quanyu.measure.curve.return_curve import TOO_SHORT, ReturnCurve
from quanyu.method import Fit, Inconclusive, fit
from quanyu.solve.curve import Curve
from quanyu.workspace import Workspace

SPEC = ReturnCurve(
    AS_OF,
    lands=(("meta_ads", (("own", 1.0),)), ("wanxiangtai", (("taobao", 1.0),))),
    order_margin=(("own", 40.0), ("taobao", 40.0)),
    n_draws=100,
)


def engine(ws: Workspace, tmp_path: Any) -> Any:
    def load(rows: Any) -> tuple[Any, Any]:
        file = tmp_path / f"{abs(hash(str(rows)))}.parquet"
        pq.write_table(rows, file)
        return ws.warehouse.scan([file]), ws.warehouse.read

    return load


def fitted(make_workspace: Any, tmp_path: Any, rows: Any, spec: ReturnCurve = SPEC) -> Any:
    table, read = engine(make_workspace(), tmp_path)(rows)
    return fit(spec, table, reduce=read, seed=3)


def test_it_keeps_the_laws(make_workspace: Any, tmp_path: Any) -> None:
    check_laws(Case(SPEC, daily_rows(adshop(100)), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
def test_it_keeps_the_laws_on_duckdb_and_spark(make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(SPEC, daily_rows(adshop(95)), engines))


def test_the_planted_curve_is_found_and_the_idle_channel_is_not(make_workspace: Any, tmp_path: Any) -> None:
    found = fitted(make_workspace, tmp_path, daily_rows(adshop()))
    assert isinstance(found, Fit)
    meta, idle = (found.parameters["channels"][name] for name in ("meta_ads", "wanxiangtai"))
    assert (meta["status"], idle["status"]) == ("known", "cannot_tell")
    assert idle["reason"] in {"too_noisy", "no_effect_seen"}
    curve = Curve.unpacked(meta["draws"])
    for amount in (30.0, 60.0, 120.0):
        low, high = np.quantile(curve.at(np.array([amount])), [0.01, 0.99])
        assert low < 25 * amount / (HALF + amount) < high
    assert abs(meta["lead"]) < 2.8
    assert meta["control"] == "sales_channels"


def test_too_few_days_are_refused(make_workspace: Any, tmp_path: Any) -> None:
    found = fitted(make_workspace, tmp_path, daily_rows(adshop(80)))
    assert isinstance(found, Inconclusive)
    assert found.reason == TOO_SHORT


def test_a_channel_that_lands_nobody_knows_where_is_left_open(make_workspace: Any, tmp_path: Any) -> None:
    spec = dataclasses.replace(SPEC, lands=(("meta_ads", (("own", 1.0),)), ("wanxiangtai", ())))
    found = fitted(make_workspace, tmp_path, daily_rows(adshop()), spec)
    assert found.parameters["channels"]["wanxiangtai"]["reason"] == "lands_unknown"
    assert found.parameters["channels"]["wanxiangtai"]["draws"] is None
    assert found.parameters["channels"]["meta_ads"]["status"] == "known"


def test_a_spend_that_never_changes_tells_nothing(make_workspace: Any, tmp_path: Any) -> None:
    shop = adshop(140, 0.0)
    steady = dataclasses.replace(shop, spend=np.vstack([np.full((1, 140), 60.0), shop.spend[1:]]))
    found = fitted(make_workspace, tmp_path, daily_rows(steady))
    assert found.parameters["channels"]["meta_ads"]["reason"] == "too_steady"


def test_one_sales_channel_has_only_the_calendar_as_control(make_workspace: Any, tmp_path: Any) -> None:
    rows = daily_rows(adshop(200, 40.0))
    one = rows.filter([name not in {"taobao", "wanxiangtai"} for name in rows["name"].to_pylist()])
    found = fitted(make_workspace, tmp_path, one, dataclasses.replace(SPEC, lands=()))
    meta = found.parameters["channels"]["meta_ads"]
    assert meta["control"] == "calendar"
    assert meta["lands_on"] == {"own": 1.0}
    assert meta["status"] == "known"


def test_an_experiment_sharpens_the_curve(make_workspace: Any, tmp_path: Any) -> None:
    rows = daily_rows(adshop())
    told = dataclasses.replace(SPEC, measured=(("meta_ads", 0.0, 60.0, 12.5, 0.5),))
    widths = []
    for spec in (SPEC, told):
        found = fitted(make_workspace, tmp_path, rows, spec)
        brings = Curve.unpacked(found.parameters["channels"]["meta_ads"]["draws"]).at(np.array([60.0]))
        widths.append(brings.std())
    assert widths[1] < 0.7 * widths[0]
    assert brings.mean() == pytest.approx(12.5, abs=1.0)


def test_days_before_both_are_known_are_left_out(make_workspace: Any, tmp_path: Any) -> None:
    rows = daily_rows(adshop())
    late = AS_OF - dt.timedelta(days=100)
    kept = rows.filter(
        [
            kind == "sales" or on >= late
            for kind, on in zip(rows["kind"].to_pylist(), rows["on"].to_pylist(), strict=True)
        ]
    )
    assert fitted(make_workspace, tmp_path, kept).diagnostics["n_days"] == 100
