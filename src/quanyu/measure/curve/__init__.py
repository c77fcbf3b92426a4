"""Return curves: what ad channels bring, from daily spend and the orders of every sales channel."""

from quanyu.measure.curve.step import READS, curves

__all__ = ["READS", "curves"]
