"""How often the interval of a lift of money holds the truth where few buy: `python -m bench.lift_coverage [SEEDS]`.

One in twenty buys, for log-normal amounts; control is small. `welch` is the interval without borrowed spread, which is
what stands when no outcome is named that the others hang on.
"""

from __future__ import annotations

import sys

import numpy as np

from quanyu.measure.experiment.contrast import Contrast
from quanyu.method import Inconclusive, Moments

SIZES = ((4000, 300), (4000, 1000), (2000, 2000))
SPREADS = (0.6, 1.0, 1.4)
GAINS = (0.8, 1.0, 1.2)
LEAST_BUYERS = 5


def drawn(seed: int, sizes: tuple[int, int], spread: float, gain: float) -> tuple[list[np.ndarray], float]:
    """Return conversion and money of the arms treated and control, and the true lift of money."""
    rng = np.random.default_rng(seed)
    arms = []
    for n, factor in zip(sizes, (gain, 1.0), strict=True):
        buys = rng.random(n) < 0.05
        arms.append(np.stack([buys.astype(float), buys * rng.lognormal(4, spread, n) * factor]))
    return arms, 0.05 * (gain - 1) * float(np.exp(4 + spread**2 / 2))


def held(spec: Contrast, arms: list[np.ndarray], truth: float) -> bool:
    """Say whether the interval of a reading holds the truth."""
    names = zip(("treated", "control"), arms, strict=True)
    moments = {("x", name): Moments.of(("bought", "money"), values) for name, values in names}
    solved = spec.solve({"arms": moments})
    assert not isinstance(solved, Inconclusive)
    one = solved["experiments"]["x"]["lifts"][1]
    return bool(one["lift_low"] <= truth <= one["lift_high"])


def main() -> None:
    """Print the share of intervals that hold, without and with borrowed spread."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    specs = (Contrast(("bought", "money")), Contrast(("bought", "money"), hinge="bought"))
    print(
        f"{n} experiments each; 95 % intervals\n{'treated':>8}{'control':>8}{'spread':>8}{'gain':>6}{'welch':>8}{'ours':>8}"
    )
    for sizes in SIZES:
        for spread in SPREADS:
            for gain in GAINS:
                counts, told = np.zeros(2), 0
                for seed in range(n):
                    arms, truth = drawn(seed, sizes, spread, gain)
                    if min(arm[0].sum() for arm in arms) >= LEAST_BUYERS:
                        counts, told = counts + [held(spec, arms, truth) for spec in specs], told + 1
                welch, ours = counts / told
                print(f"{sizes[0]:8}{sizes[1]:8}{spread:8.1f}{gain:6.1f}{welch:8.1%}{ours:8.1%}", flush=True)


if __name__ == "__main__":
    main()
