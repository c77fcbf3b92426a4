"""Who earned a conversion: models of attribution over compressed paths, one per file."""

from quanyu.solve.attribution import resample
from quanyu.solve.attribution.apportion import apportion
from quanyu.solve.attribution.markov import markov
from quanyu.solve.attribution.path import Model, Paths, tally

__all__ = ["Model", "Paths", "apportion", "markov", "resample", "tally"]
