"""Live traffic of a simulated shop: what its people do as clients post it, with planted trouble, and the truth beside."""

from quanyu.world.traffic.deed import Deed, Purchase
from quanyu.world.traffic.post import Post
from quanyu.world.traffic.traffic import SOURCES, Live, Traffic, live

__all__ = ["SOURCES", "Deed", "Live", "Post", "Purchase", "Traffic", "live"]
