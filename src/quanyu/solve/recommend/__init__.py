"""Which items go together: from how many people had both of two, to what is said to whoever has some of them."""

from quanyu.solve.recommend.counts import Counts
from quanyu.solve.recommend.judge import judged
from quanyu.solve.recommend.score import Links, popular, ranked
from quanyu.solve.recommend.way import WAYS

__all__ = ["WAYS", "Counts", "Links", "judged", "popular", "ranked"]
