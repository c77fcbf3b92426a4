"""What the simulated shop is in: its year, its wares, its ads and the words for them."""

from quanyu.world.market.calendar import HOURS, Calendar
from quanyu.world.market.catalogue import SENSITIVITY, Catalogue, choose_items, make_catalogue
from quanyu.world.market.media import CHANNELS, REPORTED, Buying, Media, make_media, resume_media, saturate

__all__ = [
    "CHANNELS",
    "HOURS",
    "REPORTED",
    "SENSITIVITY",
    "Buying",
    "Calendar",
    "Catalogue",
    "Media",
    "choose_items",
    "make_catalogue",
    "make_media",
    "resume_media",
    "saturate",
]
