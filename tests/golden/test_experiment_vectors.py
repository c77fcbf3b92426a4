"""All 14 vectors of datasets/experiment_vectors to five decimals: numbers of GrowthBook's and Spotify's public tests."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quanyu.solve.experiment import cuped
from quanyu.solve.experiment.cuped import Pooling
from quanyu.solve.experiment.effect import Effect
from quanyu.solve.experiment.plan.always_valid import always_valid
from quanyu.solve.experiment.plan.sample_ratio import ALARM
from quanyu.solve.experiment.plan.spending import adjusted_alpha
from quanyu.solve.experiment.posterior import Belief, posterior
from quanyu.solve.experiment.proportion import proportion
from quanyu.solve.experiment.quantile import Quantile, quantile_difference
from quanyu.solve.experiment.ratio import ratio
from quanyu.solve.experiment.relative import delta, spread
from quanyu.solve.experiment.sample import Sample
from quanyu.solve.experiment.welch import welch

pytestmark = pytest.mark.datasets
Vector = Mapping[str, Any]
PRODUCTS = {
    (0, 1): "num_post_den_post", (0, 2): "num_post_num_pre", (0, 3): "num_post_den_pre",
    (1, 2): "num_pre_den_post", (1, 3): "den_post_den_pre", (2, 3): "num_pre_den_pre",
}  # fmt: skip


@pytest.fixture(scope="module")
def vectors(datasets: Path) -> dict[str, Vector]:
    text = (datasets / "experiment_vectors" / "vectors.json").read_text(encoding="utf-8")
    return {one["name"]: one for one in json.loads(text)}


def sample(n: int, sums: Sequence[float], products: np.ndarray) -> Sample:
    mean = np.array(sums) / n
    return Sample(n, mean, products - n * np.outer(mean, mean))


def simple(arm: Vector) -> Sample:
    if arm.get("kind") == "proportion":
        return proportion(arm["n"], arm["sum"])
    return sample(arm["n"], [arm["sum"]], np.array([[arm["sum_squares"]]]))


def pair(arm: Vector) -> Sample:
    products = np.array(
        [
            [arm["post"]["sum_squares"], arm["post_pre_sum_of_products"]],
            [arm["post_pre_sum_of_products"], arm["pre"]["sum_squares"]],
        ]
    )
    return sample(arm["n"], [arm["post"]["sum"], arm["pre"]["sum"]], products)


def four(arm: Vector) -> Sample:
    parts = [arm[name] for name in ("num_post", "den_post", "num_pre", "den_pre")]
    products = np.diag([part["sum_squares"] for part in parts])
    for (i, j), name in PRODUCTS.items():
        products[i, j] = products[j, i] = arm[name]
    return sample(arm["n"], [part["sum"] for part in parts], products)


def arms(vector: Vector, read: Any = simple) -> tuple[Sample, Sample]:
    return read(vector["treatment"]), read(vector["control"])


def relative(treated: Sample, control: Sample, pooling: Pooling = "whole") -> Effect:
    """GrowthBook pools ratios within the arms, and takes the derivative of means at the lift before adjustment."""
    if len(treated.mean) > 1:
        found = cuped.estimate(treated, control, cuped.weights([treated, control], pooling))
        before = float(treated.mean[0] / control.mean[0]) - 1 if pooling == "whole" else None
        return delta(spread(treated, control, found.theta, found.effect), at=before)
    return delta(spread(treated, control, (), welch(treated, control)))


def agrees(found: Effect | Belief, expect: Vector) -> None:
    told = {"effect": found.value, "ci": [found.low, found.high]}
    if isinstance(found, Effect):
        told |= {"se": found.se, "p": found.p_value}
    else:
        told |= {"sd": found.sd, "chance_to_win": found.p_gain, "risk": list(found.risk)}
    for name in told.keys() & expect.keys():
        assert told[name] == pytest.approx(expect[name], abs=6e-6), name


def test_welch_absolute(vectors: Any) -> None:
    one = vectors["ttest_absolute"]
    agrees(welch(*arms(one)), one["expect"])


@pytest.mark.parametrize("name", ["ttest_relative", "ttest_relative_proportion"])
def test_relative(vectors: Any, name: str) -> None:
    agrees(relative(*arms(vectors[name])), vectors[name]["expect"])


@pytest.mark.parametrize(
    "name",
    ["sequential_relative_tuning_1000", "sequential_relative_proportion_tuning_5000", "sequential_cuped"],
)
def test_always_valid(vectors: Any, name: str) -> None:
    one = vectors[name]
    treated, control = arms(one, pair if "cuped" in name else simple)
    found = relative(treated, control)
    agrees(always_valid(found, treated.n + control.n, tuning=one["tuning_parameter"]), one["expect"])


def test_ratio_with_a_ratio_as_covariate(vectors: Any) -> None:
    one = vectors["ttest_ratio_cuped"]
    treated, control = (ratio(arm) for arm in arms(one, four))
    found = relative(treated, control, pooling="within")
    agrees(found, one["expect"])
    low, high = one["expect"]["sequential_ci_tuning_5000"]
    agrees(always_valid(found, 200, tuning=5000), {"ci": [low, high]})


@pytest.mark.parametrize("name", ["bayes_proportion_flat", "bayes_mean_flat", "bayes_mean_prior_0.1_var_0.1"])
def test_beliefs(vectors: Any, name: str) -> None:
    one = vectors[name]
    found = relative(*arms(one))
    prior = (one["prior"]["mean"], one["prior"]["variance"]) if "prior" in one else None
    agrees(posterior(found.value, found.se, prior=prior), one["expect"])


def test_quantiles(vectors: Any) -> None:
    one = vectors["bayes_quantile_p90_absolute_flat"]
    treated, control = (
        Quantile(arm["quantile"], arm["lower"], arm["upper"]) for arm in (one["treatment"], one["control"])
    )
    agrees(quantile_difference(treated, control), one["expect"])


def test_cuped(vectors: Any) -> None:
    one = vectors["cuped_spotify_univariate"]
    control, treated = (
        sample(
            arm["n"],
            [arm["y_sum"], arm["x_sum"]],
            np.array([[arm["y2_sum"], arm["xy_sum"]], [arm["xy_sum"], arm["x2_sum"]]]),
        )
        for arm in (one["by_variation"][name] for name in ("0", "1"))
    )
    found, raw, expect = (
        cuped.estimate(treated, control, cuped.weights([treated, control])),
        welch(treated, control),
        one["expect"],
    )
    told = {
        "theta": found.theta[0], "diff_adjusted": found.effect.value, "se_adjusted": found.effect.se,
        "diff_raw": raw.value, "se_raw": raw.se, "variance_reduction": found.variance_reduction,
    }  # fmt: skip
    for name, value in told.items():
        assert value == pytest.approx(expect[name], abs=5e-6), name


def test_the_alarm_of_the_sample_ratio(vectors: Any) -> None:
    assert vectors["srm_default_threshold"]["expect"]["alpha"] == ALARM


def test_group_sequential_levels(vectors: Any) -> None:
    one = vectors["spotify_group_sequential_adjusted_alpha"]
    given = one["inputs"]
    found = adjusted_alpha(given["looks_total_n"], given["total_expected_n"], alpha=given["alpha"])
    assert found == pytest.approx(one["expect"]["adjusted_alpha"], abs=5e-6)


def test_every_vector_is_used(vectors: Any) -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert len(vectors) == 14 and all(f'"{name}"' in text for name in vectors)
    assert not math.isnan(ALARM)
