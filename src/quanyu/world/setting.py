"""What all people of a shop share: the specification, the calendar, the items, the ads, and the course taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from quanyu.world.campaign import CAMPAIGNS, Campaign, Outreach
from quanyu.world.market import Calendar, Catalogue, make_catalogue, paid_media
from quanyu.world.shop import Shop


@dataclass(frozen=True)
class Course:
    """What the seller does from the first day of a later period on: spend by channel, and campaigns of their own.

    `spend` multiplies what would have been spent on the named channels. Whoever follows a budget spends evenly: on a
    channel in `steady` so much a day would have been spent. `planned` sets the spend of single days (a spend test).
    """

    spend: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    steady: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    planned: Mapping[str, Mapping[dt.date, float]] = field(default_factory=lambda: MappingProxyType({}))
    outreach: tuple[Outreach, ...] = ()


@dataclass(frozen=True)
class Setting:
    """The stage on which the people of every block act.

    In a resumed shop `before` is the stage of the period before, and `usual` the media without the course.
    """

    shop: Shop
    calendar: Calendar
    catalogue: Catalogue
    media: paid_media.Media
    usual: paid_media.Media
    course: Course = Course()
    before: Setting | None = None

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The message campaigns of this period."""
        return CAMPAIGNS if self.before is None else tuple(sent.campaign for sent in self.course.outreach)

    @property
    def causes(self) -> tuple[str, ...]:
        """The names of what brings orders: the person's own process, then the channels, then the campaigns."""
        return (
            "base",
            *(channel.name for channel in paid_media.CHANNELS),
            *(campaign.name for campaign in self.campaigns),
        )


def make_setting(shop: Shop) -> Setting:
    """Draw what all people of a shop share."""
    calendar = Calendar(shop)
    media = paid_media.make_media(shop, calendar)
    return Setting(shop, calendar, make_catalogue(shop), media, media)


def resume_setting(before: Setting, days: int, course: Course) -> Setting:
    """Draw the next days of a shop under a course."""
    earlier = before.shop
    ends_on = earlier.ends_on + dt.timedelta(days=days)
    left = max(earlier.horizon - days, 0)
    shop = replace(earlier, days=days, ends_on=ends_on, horizon=left, period=earlier.period + 1)
    calendar = Calendar(shop, usual=before.calendar.level)
    days_on = [shop.starts_on + dt.timedelta(days=at) for at in range(days)]
    planned = {
        name: {at: amounts[day] for at, day in enumerate(days_on) if day in amounts}
        for name, amounts in course.planned.items()
    }
    media, usual = paid_media.resume_media(
        shop, calendar, before.media, paid_media.Buying(course.spend, course.steady, planned)
    )
    return Setting(
        shop=shop,
        calendar=calendar,
        catalogue=before.catalogue,
        media=media,
        usual=usual,
        course=course,
        before=before,
    )
