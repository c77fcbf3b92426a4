"""One block of people with everything that happened to them."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.world.campaign import Reached, run_campaigns
from quanyu.world.orders import Orders, make_orders
from quanyu.world.people import People, make_people
from quanyu.world.purchase import draw_purchases
from quanyu.world.setting import Setting
from quanyu.world.sighting import Sightings, see
from quanyu.world.traffic import Claims, Clicks, claim, draw_clicks
from quanyu.world.visit import Events, Visits, draw_events, draw_visits, used_devices
from quanyu.world.voice import Reviews, draw_reviews


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
    shop = setting.shop
    people = make_people(shop, number)
    reached = run_campaigns(shop, people, number)
    bought = draw_purchases(setting, people, reached)
    orders = make_orders(setting, people, bought)
    clicks = draw_clicks(setting, people, orders)
    visits = draw_visits(setting, people, orders, clicks)
    return Block(
        number=number,
        people=people,
        reached=reached,
        orders=orders,
        clicks=clicks,
        claims=claim(shop, orders, clicks),
        visits=visits,
        events=draw_events(shop, people, orders, visits),
        sightings=see(shop, people, orders, used_devices(people, visits)),
        reviews=draw_reviews(setting, people, orders),
    )
