"""A metric by its slices: over time, by two dimensions at once, of some slices only, and what moved it."""

from quanyu.measure.metric.explore.cross import Cut
from quanyu.measure.metric.explore.explore import Exploration, explore
from quanyu.measure.metric.explore.known import Known, known_slices

__all__ = ["Cut", "Exploration", "Known", "explore", "known_slices"]
