"""Arms against control: the laws of every method, NumPy as judge, and what is refused."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import ttest_ind
from tests.method.laws import Case, check_laws

from quanyu.measure.experiment.contrast import REASONS, Contrast, lifts_of
from quanyu.method import Fit, Inconclusive, fit

SPEC = Contrast(("bought", "spend"), ("spend_before", "bought_before"), hinge="bought")


def people(n: int, seed: int = 1, lift: float = 0.0) -> pa.Table:
    """Two experiments, one with three arms; skewed spend that past spend partly explains."""
    rng = np.random.default_rng(seed)
    experiment = np.where(rng.random(n) < 0.5, "autumn", "spring")
    arm = np.where(rng.random(n) < 0.3, "control", "a")
    arm = np.where((experiment == "spring") & (arm == "a") & (rng.random(n) < 0.5), "b", arm)
    taste = rng.lognormal(0, 0.7, n)
    before, after = (rng.random(n) < np.minimum(0.3 * taste, 0.9) for _ in range(2))
    spend = after * np.round(50 * taste * rng.lognormal(0, 0.5, n), 2) + lift * (arm != "control")
    return pa.table(
        {
            "key": np.arange(n),
            "experiment": experiment,
            "arm": arm,
            "bought": after.astype(float),
            "spend": spend,
            "bought_before": before.astype(np.int64),
            "spend_before": before * np.round(50 * taste, 2),
        }
    )


def engine(ws: Any, tmp_path: Any) -> Any:
    def load(rows: pa.Table) -> tuple[ir.Table, Any]:
        file = tmp_path / f"{abs(hash(str(rows)))}.parquet"
        pq.write_table(rows, file)
        return ws.warehouse.scan([file]), ws.warehouse.read

    return load


@pytest.mark.parametrize("spec", [SPEC, Contrast(("spend",))], ids=["cuped", "welch"])
def test_a_contrast_keeps_the_laws(spec: Contrast, make_workspace: Any, tmp_path: Any) -> None:
    check_laws(Case(spec, people(800), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
def test_a_contrast_keeps_the_laws_on_duckdb_and_spark(make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(SPEC, people(600), engines))


def read(spec: Contrast, rows: pa.Table, ws: Any, tmp_path: Any) -> Any:
    table, run = engine(ws, tmp_path)(rows)
    return fit(spec, table, reduce=run)


def test_every_arm_is_compared_with_control_as_scipy_does(make_workspace: Any, tmp_path: Any) -> None:
    rows = people(4000, lift=3.0)
    found = read(Contrast(("bought", "spend")), rows, make_workspace(), tmp_path)
    data = {name: rows[name].to_numpy() for name in rows.column_names}
    lifts = {(name, one["arm"], one["metric"]): one for name, one in lifts_of(found)}
    assert set(lifts) == {
        (name, arm, metric)
        for name, arm in (("autumn", "a"), ("spring", "a"), ("spring", "b"))
        for metric in ("bought", "spend")
    }
    for (name, arm, metric), one in lifts.items():
        sides = [
            data[metric][(data["experiment"] == name) & (data["arm"] == side)] for side in (arm, "control")
        ]
        judge = ttest_ind(*sides, equal_var=False)
        low, high = judge.confidence_interval(0.95)
        assert (one["n_treated"], one["n_control"]) == tuple(map(len, sides))
        assert one["lift"] == pytest.approx(sides[0].mean() - sides[1].mean(), rel=1e-8)
        told = (one["lift_low"], one["lift_high"], one["p_value"])
        assert told == pytest.approx((low, high, judge.pvalue), rel=1e-7)
        assert one["method"] == "welch" and one["variance_reduction"] == 0
        assert (one["relative_lift_low"] > 0) == (one["lift_low"] > 0)


def test_scores_are_what_people_did_beyond_what_was_expected(make_workspace: Any, tmp_path: Any) -> None:
    rows, ws = people(4000, lift=3.0), make_workspace()
    found = read(SPEC, rows, ws, tmp_path)
    table, run = engine(ws, tmp_path)(rows)
    scored = run(SPEC.score(found, table))
    value, arm, experiment = (scored[name].to_numpy() for name in ("spend_adjusted", "arm", "experiment"))
    for name, one in lifts_of(found):
        if one["metric"] == "spend":
            sides = [value[(experiment == name) & (arm == side)] for side in (one["arm"], "control")]
            assert one["lift"] == pytest.approx(sides[0].mean() - sides[1].mean(), rel=1e-6)
            assert one["p_value"] == pytest.approx(ttest_ind(*sides, equal_var=False).pvalue, rel=1e-5)
            assert one["method"] == "cuped" and one["variance_reduction"] > 0.05


def only(rows: pa.Table, **wanted: Any) -> pa.Table:
    keep = np.ones(len(rows), bool)
    for name, values in wanted.items():
        keep &= np.isin(rows[name].to_numpy(), values)
    return rows.filter(pa.array(keep))


def reasons(found: Fit | Inconclusive) -> set[str]:
    assert isinstance(found, Fit)
    experiments = found.parameters["experiments"].values()
    return {one["reason"] or lift["reason"] for one in experiments for lift in one["lifts"] or [{}]}


def test_what_cannot_be_read_says_why(make_workspace: Any, tmp_path: Any) -> None:
    ws, rows = make_workspace(), people(2000)
    autumn = only(rows, experiment=["autumn"])
    told = {
        "no_control": only(autumn, arm=["a"]),
        "too_few_people": pa.concat_tables([only(autumn, arm=["a"]), only(autumn, arm=["control"])[:29]]),
        "too_few_buyers": only(autumn, bought=[0.0]),
        "no_variation": only(autumn, bought=[1.0]).drop(["spend"]),
    }
    ones = pa.array(np.ones(len(told["no_variation"])))
    told["no_variation"] = told["no_variation"].append_column("spend", ones)
    for reason, part in told.items():
        assert reasons(read(SPEC, part, ws, tmp_path)) == {reason}, reason
        assert reason in REASONS


def test_the_past_alone_never_makes_a_verdict(make_workspace: Any, tmp_path: Any) -> None:
    """Where an outcome equals a covariate exactly nothing is left to judge by, and the plain test is used."""
    rows = people(2000)
    same = rows.drop(["spend"]).append_column("spend", rows["spend_before"])
    found = read(SPEC, same, make_workspace(), tmp_path)
    for _, one in lifts_of(found):
        assert one["method"] == ("welch" if one["metric"] == "spend" else "cuped")
