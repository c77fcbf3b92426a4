"""One block of people with everything that happened to them."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.world.campaign import Reached, run_campaigns, run_outreach
from quanyu.world.people import People, grown, make_people
from quanyu.world.sale import Orders, draw_purchases, left_for_ever, make_orders
from quanyu.world.setting import Setting
from quanyu.world.trace import sighting, traffic, visit, voice


@dataclass(frozen=True)
class Block:
    """A block of people, what they did, and what the files will show of it.

    `causes` names what brings orders; in a resumed shop `before` is the same block in the period before.
    """

    number: int
    people: People
    reached: tuple[Reached, ...]
    orders: Orders
    clicks: traffic.Clicks
    claims: traffic.Claims
    visits: visit.Visits
    events: visit.Events
    sightings: sighting.Sightings
    reviews: voice.Reviews
    causes: tuple[str, ...]
    campaigns: tuple[str, ...]
    before: Block | None = None

    @property
    def offset(self) -> int:
        """The number from which visits, events, clicks and reviews of the block are counted."""
        period, block = 0, self.before
        while block is not None:
            period, block = period + 1, block.before
        return self.number * 100_000_000 + period * 20_000_000


def simulate_block(setting: Setting, number: int) -> Block:
    """Simulate one block; the same spec and number give the same block, whatever else is simulated."""
    shop = setting.shop
    before = None if setting.before is None else simulate_block(setting.before, number)
    people = _people(setting, number, before)
    reached = (
        run_campaigns(shop, people, number)
        if before is None
        else run_outreach(shop, people, setting.course.outreach)
    )
    bought = draw_purchases(setting, people, reached)
    orders = make_orders(setting, people, bought)
    clicks = traffic.draw_clicks(setting, people, orders)
    visits = visit.draw_visits(setting, people, orders, clicks)
    used = visit.used_devices(people, visits)
    return Block(
        number=number,
        people=people,
        reached=reached,
        orders=orders,
        clicks=clicks,
        claims=traffic.claim(shop, orders, clicks),
        visits=visits,
        events=visit.draw_events(shop, people, orders, visits),
        sightings=sighting.see(shop, people, orders, used)
        if before is None
        else sighting.see_more(shop, people, orders, used, before.sightings),
        reviews=voice.draw_reviews(setting, people, orders),
        causes=setting.causes,
        campaigns=tuple(campaign.name for campaign in setting.campaigns),
        before=before,
    )


def _people(setting: Setting, number: int, before: Block | None) -> People:
    if setting.before is None or before is None:
        return make_people(setting.shop, number)
    earlier = setting.before
    return grown(before.people, earlier.calendar.span, left_for_ever(earlier, before.people))
