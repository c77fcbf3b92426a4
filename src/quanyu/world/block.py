"""One block of people with everything that happened to them."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.world.calendar import Calendar
from quanyu.world.campaign import Reached, run_campaigns
from quanyu.world.catalogue import Catalogue
from quanyu.world.media import Media
from quanyu.world.orders import Orders, make_orders
from quanyu.world.people import People, make_people
from quanyu.world.purchase import draw_purchases
from quanyu.world.shop import Shop
from quanyu.world.sighting import Sightings, see
from quanyu.world.traffic import Claims, Clicks, claim, draw_clicks
from quanyu.world.visit import Events, Visits, draw_events, draw_visits, used_devices
from quanyu.world.voice import Reviews, draw_reviews


@dataclass(frozen=True)
class Setting:
    """What all people of a shop share: the spec, the calendar, the items and the ads."""

    shop: Shop
    calendar: Calendar
    catalogue: Catalogue
    media: Media


@dataclass(frozen=True)
class Block:
    """A block of people, what they did, and what the files will show of it."""

    number: int
    people: People
    reached: tuple[Reached, ...]
    orders: Orders
    clicks: Clicks
    claims: Claims
    visits: Visits
    events: Events
    sightings: Sightings
    reviews: Reviews


def simulate_block(setting: Setting, number: int) -> Block:
    """Simulate one block; the same spec and number give the same block, whatever else is simulated."""
    shop, calendar, catalogue, media = setting.shop, setting.calendar, setting.catalogue, setting.media
    people = make_people(shop, number)
    reached = run_campaigns(shop, calendar, people, number)
    bought = draw_purchases(shop, calendar, media, people, reached)
    orders = make_orders(shop, calendar, catalogue, people, bought)
    clicks = draw_clicks(shop, media, people, orders)
    visits = draw_visits(shop, calendar, catalogue, people, orders, clicks)
    events = draw_events(shop, people, orders, visits)
    return Block(
        number, people, reached, orders, clicks, claim(shop, orders, clicks), visits, events,
        see(shop, people, orders, used_devices(people, visits)), draw_reviews(shop, catalogue, people, orders),
    )  # fmt: skip
