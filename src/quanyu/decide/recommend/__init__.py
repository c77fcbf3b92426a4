"""What to offer to whom: lists for people, what goes with an item, what is popular, and how well each way foresees purchases."""

from quanyu.decide.recommend.action import RECOMMEND, Entry, Recommended, Wanted, recommend

__all__ = ["RECOMMEND", "Entry", "Recommended", "Wanted", "recommend"]
