"""What to offer to whom: lists for people, what goes with an item, what is popular, and how well each way foresees purchases."""

from quanyu.decide.recommend.action import RECOMMEND, Entry, Recommended, Wanted
from quanyu.decide.recommend.recommend_read import Offer, offer

__all__ = ["RECOMMEND", "Entry", "Offer", "Recommended", "Wanted", "offer"]
