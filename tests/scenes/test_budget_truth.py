"""On simulated shops a proposed budget raises the true profit; where ads do nothing, nothing is proposed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.scenes.shops import Facts, channels_of, facts, true_gain

from quanyu.decide.budget.division import AdChannel, Division, Limits, divide, moves
from quanyu.method import Fit, fit
from quanyu.solve.curve import Curve
from quanyu.world import Shop
from quanyu.world.market.paid_media import CHANNELS, saturate

CONFIDENCE = 0.9


def proposed(made: Facts, ws: Any, folder: Any) -> tuple[Fit, list[AdChannel], Division | None]:
    """Reduce the facts in the engine, fit the curves and divide the present total."""
    file = folder / f"{made.setting.shop.seed}.parquet"
    pq.write_table(made.rows, file)
    found = fit(made.spec, ws.warehouse.scan([file]), reduce=ws.warehouse.read)
    assert isinstance(found, Fit)
    channels = channels_of(found)
    division = divide(channels, Limits(sum(one.spend for one in channels), 0.2))
    is_clear = moves(channels, division) and division.p_gain >= CONFIDENCE
    return found, channels, division if is_clear else None


def covers(found: Fit, people: int) -> list[bool]:
    """Say for each channel whether the 95 % interval of what it brings at today's spend holds the truth."""
    inside = []
    for one in CHANNELS:
        kept = found.parameters["channels"][one.name]
        if kept["spend"] > 0:
            amount = np.array([kept["spend"]])
            truth = float(one.strength * people * saturate(amount / people, one.half, one.slope)[0])
            low, high = np.quantile(Curve.unpacked(kept["draws"]).at(amount)[0], [0.025, 0.975])
            inside.append(bool(low <= truth <= high))
    return inside


def test_the_proposal_raises_true_profit_in_nine_shops_of_ten(make_workspace: Any, tmp_path: Any) -> None:
    ws, raised, inside = make_workspace(), 0, list[bool]()
    for seed in range(10):
        made = facts(Shop(people=60_000, seed=seed))
        found, channels, division = proposed(made, ws, tmp_path)
        raised += division is not None and true_gain(made.setting.shop, channels, division) > 0
        inside += covers(found, 60_000)
    print(
        f"true profit raised in {raised} of 10; {np.mean(inside):.1%} of {len(inside)} intervals hold the truth"
    )
    assert raised >= 9
    assert np.mean(inside) >= 0.85


def test_where_channels_do_nothing_nine_shops_of_ten_are_refused(make_workspace: Any, tmp_path: Any) -> None:
    ws = make_workspace()
    refused = 0
    for seed in range(10):
        made = facts(Shop(people=20_000, seed=seed, media_strength=0.0))
        refused += proposed(made, ws, tmp_path)[2] is None
    print(f"refused in {refused} of 10")
    assert refused >= 9


@pytest.mark.parametrize("seed", [1, 2])
def test_platforms_claim_orders_that_ads_did_not_bring(seed: int) -> None:
    """The knob works: without strength media bring no order, and the spend stays as it was."""
    idle, usual = (facts(Shop(people=500, days=60, seed=seed, media_strength=s)).setting for s in (0.0, 1.0))
    assert not idle.media.orders.any()
    assert (idle.media.spend == usual.media.spend).all()
