"""Rules that share a conversion by the place of a contact in its path alone."""

from quanyu.solve.attribution.rule.decay import decay
from quanyu.solve.attribution.rule.first import first
from quanyu.solve.attribution.rule.last import last
from quanyu.solve.attribution.rule.linear import linear
from quanyu.solve.attribution.rule.position import position

__all__ = ["decay", "first", "last", "linear", "position"]
