"""Statistics of controlled experiments, from counts, means and centred co-moments."""

from quanyu.solve.experiment import cuped
from quanyu.solve.experiment.few import FEW_EVENTS, steadied
from quanyu.solve.experiment.relative import fieller, spread
from quanyu.solve.experiment.sample import Sample

__all__ = ["FEW_EVENTS", "Sample", "cuped", "fieller", "spread", "steadied"]
