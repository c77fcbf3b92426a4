"""Who earned a conversion: models of attribution over compressed paths, one per file."""

from quanyu.solve.attribution.apportion import apportion
from quanyu.solve.attribution.markov import markov
from quanyu.solve.attribution.path import Floats, Model, Paths, tally
from quanyu.solve.attribution.resample import interval, resample
from quanyu.solve.attribution.shapley import shapley
from quanyu.solve.attribution.shapley_ordered import shapley_ordered
from quanyu.solve.attribution.shapley_rate import shapley_rate

__all__ = [
    "Floats",
    "Model",
    "Paths",
    "apportion",
    "interval",
    "markov",
    "resample",
    "shapley",
    "shapley_ordered",
    "shapley_rate",
    "tally",
]
