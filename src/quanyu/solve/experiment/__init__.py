"""Statistics of controlled experiments, from counts, means and centred co-moments."""

from quanyu.solve.experiment.cuped import LEAST_SHARE, adjusted, cuped, weights
from quanyu.solve.experiment.few import FEW_EVENTS, steadied
from quanyu.solve.experiment.relative import fieller, spread
from quanyu.solve.experiment.sample import Sample

__all__ = [
    "FEW_EVENTS",
    "LEAST_SHARE",
    "Sample",
    "adjusted",
    "cuped",
    "fieller",
    "spread",
    "steadied",
    "weights",
]
