"""How an experiment is planned and looked at: its size, its arms, its looks."""

from quanyu.solve.experiment.plan.always_valid import always_valid
from quanyu.solve.experiment.plan.power import detectable, needed_alike, reach
from quanyu.solve.experiment.plan.sample_ratio import ALARM, sample_ratio

__all__ = ["ALARM", "always_valid", "detectable", "needed_alike", "reach", "sample_ratio"]
