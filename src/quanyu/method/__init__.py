"""The shape of every analysis: need, reduce, solve, score."""

from quanyu.method.card import Fit, Inconclusive
from quanyu.method.cells import Cells
from quanyu.method.fit import fit, measure
from quanyu.method.method import Method, Parameters
from quanyu.method.moments import Moments
from quanyu.method.need import AskCells, AskMoments, AskSum, Need

__all__ = [
    "AskCells",
    "AskMoments",
    "AskSum",
    "Cells",
    "Fit",
    "Inconclusive",
    "Method",
    "Moments",
    "Need",
    "Parameters",
    "fit",
    "measure",
]
