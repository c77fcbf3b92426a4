"""Attribution on the example paths of ChannelAttribution (R10): heuristics as that package, chains solved exactly.

Source: datasets/channelattribution_pathdata, `expected_results.csv`: first, last and linear touch as
ChannelAttribution 2.2.5 gives them; the removal effects of the absorbing chains of order 1 to 3 and the set-based
Shapley split as printed there (6 decimals).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from quanyu.measure.touch.route import parse
from quanyu.solve.attribution.game.shapley import shapley
from quanyu.solve.attribution.markov import markov
from quanyu.solve.attribution.rule.first import first
from quanyu.solve.attribution.rule.last import last
from quanyu.solve.attribution.rule.linear import linear

pytestmark = pytest.mark.datasets
PRINTED = 5.1e-7


@pytest.fixture(scope="module")
def data(datasets: Path):
    folder = datasets / "channelattribution_pathdata"
    return csv.read_csv(folder / "path_data.csv"), csv.read_csv(folder / "expected_results.csv")


@pytest.fixture(scope="module")
def given(data):
    rows, _ = data
    paths, names = parse(rows["path"])
    brought = (
        rows[name].to_numpy().astype(float) for name in ("total_conversions", "total_conversion_value")
    )
    return paths, np.stack(list(brought), axis=1), rows["total_null"].to_numpy().astype(float), names


def printed(expected: pa.Table, names: list[str], column: str) -> np.ndarray:
    found = dict(zip(expected["channel"].to_pylist(), expected[column].to_pylist(), strict=True))
    return np.array([found[name] for name in names])


def test_the_totals_are_the_published_ones(given) -> None:
    paths, outcomes, nulls, names = given
    assert (paths.n, len(names), int(paths.lengths.max())) == (10_000, 12, 89)
    assert outcomes[:, 0].sum() == 19_785 and nulls.sum() == 68_602
    assert abs(outcomes[:, 1].sum() - 74_802.971587) < 1e-6


@pytest.mark.parametrize(("rule", "name"), [(first, "first"), (last, "last"), (linear, "linear")])
def test_rules_equal_the_package(data, given, rule, name: str) -> None:
    paths, outcomes, nulls, names = given
    found = rule(paths).credit(outcomes, nulls)
    for column, unit in enumerate(("conversions", "value")):
        wanted = printed(data[1], names, f"{name}_touch_{unit}")
        np.testing.assert_allclose(found[:, column], wanted, atol=PRINTED)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_chains_equal_the_exact_solution(data, given, order: int) -> None:
    paths, outcomes, nulls, names = given
    chain = markov(paths, order)
    effects = chain.removal(outcomes[:, :1], nulls)[:, 0]
    np.testing.assert_allclose(
        effects, printed(data[1], names, f"markov{order}_removal_effect_exact"), atol=PRINTED
    )
    credits = chain.credit(outcomes[:, :1], nulls)[:, 0]
    np.testing.assert_allclose(
        credits, printed(data[1], names, f"markov{order}_conversions_exact"), atol=PRINTED
    )
    small = {name: credits[names.index(name)] for name in ("delta", "mi")}
    assert small["delta"] > 4.5 and small["mi"] > 1.5, "simulation gives these two channels nothing"


def test_shapley_equals_the_printed_split(data, given) -> None:
    paths, outcomes, nulls, names = given
    found = shapley(paths).credit(outcomes[:, :1], nulls)[:, 0]
    np.testing.assert_allclose(found, printed(data[1], names, "set_shapley_conversions"), atol=PRINTED)
