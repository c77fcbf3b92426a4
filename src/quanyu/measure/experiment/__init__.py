"""What campaigns brought against their control groups, and which of their variants is ahead."""

from quanyu.measure.experiment.contrast import REASONS
from quanyu.measure.experiment.lift import Result, result, results
from quanyu.measure.experiment.variant import VariantReading, variants

__all__ = ["REASONS", "Result", "VariantReading", "result", "results", "variants"]
