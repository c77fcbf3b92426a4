"""Return curves: time of a fit, coverage on simulated shops, and contributions on public data with known truth.

`python -m bench.curve [SHOPS]`. The public data are those of the benchmark of PyMC Labs (folder `mmm_param_recovery` of
QUANYU_DATASETS): weekly sales of one series, so there is no other sales channel as control. Its published metric is
SRMSE, the root mean squared error of a channel's weekly contribution over its mean. The peer's figures beside ours are
those written in the folder's README (PyMC-Marketing 0.16.0, nutpie, 4 x 1,000 draws, 2 cores); it is not run again here.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.scenes.shops import facts

from quanyu.method import Fit, Inconclusive
from quanyu.solve.curve import Curve
from quanyu.solve.panel.panel import Panel, regression
from quanyu.solve.panel.posterior import Belief, draws
from quanyu.solve.panel.profile import inflation, peak
from quanyu.solve.spline import spline
from quanyu.world import Shop
from quanyu.world.market.paid_media import CHANNELS, saturate

PEERS = {
    "small_business": (159, 0.389, 23.9),
    "growing_business": (174, 0.347, 16.2),
    "medium_business": (192, 0.125, 6.4),
}


def fitted(seed: int, people: int, strength: float = 1.0) -> Fit:
    """Fit a simulated shop from its daily sums."""
    made = facts(Shop(people=people, seed=seed, media_strength=strength))
    n, amount = {}, {}
    for row in made.rows.to_pylist():
        key = (row["kind"], row["name"], row["on"])
        n[key], amount[key] = row["n"], row["amount"]
    solved = made.spec.solve({"n": n, "amount": amount})
    assert not isinstance(solved, Inconclusive)
    return Fit("ReturnCurve", {}, solved)


def coverage(shops: int, people: int) -> None:
    """Print how often intervals hold the truth and how many channels are known, with the time of a fit."""
    inside, marginal, known, spent = [], [], 0, 0.0
    for seed in range(100, 100 + shops):
        busy = time.process_time()
        found = fitted(seed, people)
        spent += time.process_time() - busy
        for one in CHANNELS:
            kept = found.parameters["channels"][one.name]
            known += kept["status"] == "known"
            now = kept["spend"]
            if now <= 0:
                continue
            curve, ends = Curve.unpacked(kept["draws"]), np.array([0.999, 1.0, 1.001]) * now
            truth = one.strength * people * saturate(ends / people, one.half, one.slope)
            for held, drawn, planted in (
                (inside, curve.at(ends[1:2])[0], truth[1]),
                (marginal, curve.marginal(ends[1:2])[0], (truth[2] - truth[0]) / (ends[2] - ends[0])),
            ):
                low, high = np.quantile(drawn, [0.025, 0.975])
                held.append(low <= planted <= high)
    print(
        f"{shops} shops of {people:,} people: 95 % intervals hold what a channel brings in {np.mean(inside):.1%}, "
        f"its marginal return in {np.mean(marginal):.1%} of {len(inside)}; {known / shops:.1f} of 7 channels known; "
        f"{spent / shops:.2f} s of CPU per shop, simulation included"
    )


def idle(shops: int, people: int) -> None:
    """Print how many channels that do nothing are called known."""
    found = [fitted(seed, people, 0.0) for seed in range(200, 200 + shops)]
    wrong = [sum(one["status"] == "known" for one in fit.parameters["channels"].values()) for fit in found]
    print(
        f"{shops} shops of {people:,} people whose ads do nothing: {np.count_nonzero(wrong)} call any channel known"
    )


def contributions(folder: Path, name: str) -> tuple[float, float, float, float]:
    """Return seconds, CPU seconds, mean SRMSE and mean absolute error of the channels' totals in per cent."""
    data, truth = (pq.read_table(folder / f"{name}_{part}.parquet") for part in ("data", "truth"))
    channels = [one for one in data.column_names if one.startswith("x")]
    controls = [one for one in data.column_names if one.startswith("c")]
    started, busy, errors, totals = time.perf_counter(), time.process_time(), [], []
    geos = sorted(set(data["geo"].to_pylist())) if "geo" in data.column_names else [None]
    for geo in geos:
        kept = (
            np.array([geo is None or one == geo for one in data["geo"].to_pylist()]) if geo else slice(None)
        )
        column = {one: data[one].to_numpy().astype(float)[kept] for one in (*channels, *controls, "y")}
        weeks = len(column["y"])
        angle = 2 * np.pi * np.arange(weeks) / 52.18
        waves = [wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)]
        standard = [(column[one] - column[one].mean()) / (column[one].std() or 1) for one in controls]
        nuisance = np.column_stack([spline(weeks, 40), *waves, *standard])
        group = np.zeros(nuisance.shape[1], dtype=np.int64)
        spend = np.array([column[one] for one in channels])
        orders = column["y"][None]
        panel = Panel(orders, spend, np.ones((len(channels), 1)), nuisance, group, np.ones_like(orders))
        problem = regression(panel)
        best = peak(problem)
        belief = Belief(np.full(len(channels), column["y"].mean() / 2), inflation(problem, best), 0.0)
        drawn = draws(problem, best, belief, 300, np.random.default_rng(1))
        for c, channel in enumerate(channels):
            features = problem.shapes[c].features
            mean = (drawn.level[:, c, None] * features[drawn.place[:, c]]).mean(axis=0)
            planted = truth[f"contribution_{channel}"].to_numpy().astype(float)[kept]
            errors.append(np.sqrt(np.mean((mean - planted) ** 2)) / planted.mean())
            totals.append(abs(mean.sum() - planted.sum()) / planted.sum() * 100)
    return (
        time.perf_counter() - started,
        time.process_time() - busy,
        float(np.mean(errors)),
        float(np.mean(totals)),
    )


def main() -> None:
    shops = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for people in (20_000, 60_000):
        coverage(shops, people)
    idle(2 * shops, 20_000)
    folder = Path(os.environ.get("QUANYU_DATASETS", "")) / "mmm_param_recovery"
    for name, (seconds, srmse, total) in PEERS.items():
        if folder.is_dir():
            mine = contributions(folder, name)
            print(
                f"{name}: {mine[0]:.1f} s ({mine[1]:.1f} s of CPU), SRMSE {mine[2]:.3f}, totals off by {mine[3]:.1f} % | "
                f"PyMC-Marketing as published: {seconds} s, {srmse}, {total} %; {seconds / mine[0]:.0f} times our seconds"
            )


if __name__ == "__main__":
    main()
