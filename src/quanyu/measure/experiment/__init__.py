"""What campaigns brought against their control groups."""

from quanyu.measure.experiment.contrast import REASONS
from quanyu.measure.experiment.lift import Result, results

__all__ = ["REASONS", "Result", "results"]
