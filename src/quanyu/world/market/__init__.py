"""What the simulated shop is in: its year, its wares, its ads and the words for them."""

from quanyu.world.market import paid_media
from quanyu.world.market.calendar import Calendar, clock
from quanyu.world.market.catalogue import SENSITIVITY, Catalogue, make_catalogue

__all__ = ["SENSITIVITY", "Calendar", "Catalogue", "clock", "make_catalogue", "paid_media"]
