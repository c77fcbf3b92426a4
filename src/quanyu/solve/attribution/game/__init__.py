"""Games that share a conversion among the channels that took part: Shapley values, of paths, of rates and in order."""

from quanyu.solve.attribution.game.shapley import shapley
from quanyu.solve.attribution.game.shapley_ordered import shapley_ordered
from quanyu.solve.attribution.game.shapley_rate import shapley_rate

__all__ = ["shapley", "shapley_ordered", "shapley_rate"]
