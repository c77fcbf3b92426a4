"""What all people of a shop share: the specification, the calendar, the items and the ads."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.world.calendar import Calendar
from quanyu.world.catalogue import Catalogue, make_catalogue
from quanyu.world.media import Media, make_media
from quanyu.world.shop import Shop


@dataclass(frozen=True)
class Setting:
    """The stage on which the people of every block act."""

    shop: Shop
    calendar: Calendar
    catalogue: Catalogue
    media: Media


def make_setting(shop: Shop) -> Setting:
    """Draw what all people of a shop share."""
    calendar = Calendar(shop)
    return Setting(shop, calendar, make_catalogue(shop), make_media(shop, calendar))
