"""Behaviour files: events of the own site, touches of ads and campaigns, and reviews."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.campaign import CAMPAIGNS
from quanyu.world.export.dirt import FAR, Dirt
from quanyu.world.export.member import key_of
from quanyu.world.export.writer import Columns, Folder
from quanyu.world.lettering import (
    Flags,
    Ints,
    Text,
    constant,
    join,
    padded,
    pick,
    scramble,
    stamp,
    text,
    utc,
    where,
    yuan,
)
from quanyu.world.market import paid_media
from quanyu.world.platform import JD, OWN, PLATFORMS, TAOBAO, YOUZAN
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY
from quanyu.world.trace import sighting, visit
from quanyu.world.vocabulary import WARES

EVENT_DIRT = (
    Dirt("missing id", "events", "event_id", None, n=3),
    Dirt("future date", "events", "occurred_at", FAR, "event_id", 4),
    Dirt("missing name", "events", "name", None, "event_id", 2),
)
TOUCH_DIRT = (
    Dirt("missing channel", "touches", "channel", None, "touch_id", 2),
    Dirt("future date", "touches", "touched_at", "2099-01-01 00:00:00", "touch_id", 2),
)
FEEDBACK_DIRT = (
    Dirt("out of range", "feedback", "score", "11", "feedback_id", 2),
    Dirt("bad date", "feedback", "said_at", "2026-13-45 25:61:00", "feedback_id", 1),
)


def write_behaviour(folder: Folder, setting: Setting, block: Block) -> None:
    """Write the block's events, touches and reviews."""
    folder.parquet("events.parquet", _events(setting, block), EVENT_DIRT)
    folder.csv("touches.csv", _clicks(block), dirt=TOUCH_DIRT)
    if block.before is None:  # later ones are the seller's own and stand in the deliveries
        folder.csv("touches.csv", _messages(setting, block))
    folder.csv("feedback.csv", _reviews(block), dirt=FEEDBACK_DIRT)


def site_key(block: Block, person: Ints, device: Ints, draw: Ints) -> Text:
    """Return who the own site sees: on devices where people log in mostly the account, else the cookie."""
    is_logged_in = block.sightings.is_login_device[person, device] & (draw % 3 > 0)
    cookie = join("cookie:", naming.cookie(block.people.device[person, device]))
    return where(is_logged_in, key_of(block, sighting.USER, person), cookie)


def _channel(block: Block, click: Ints, otherwise: Text) -> Text:
    kinds = [channel.medium for channel in paid_media.CHANNELS]
    return where(click >= 0, pick(kinds, _of_click(block.clicks.channel, click)), otherwise)


def _of_click(values: Ints, click: Ints) -> Ints:
    return values[np.maximum(click, 0)] if len(values) else np.zeros(len(click), dtype=np.int64)


def _plan_id(channel: Ints, plan: Ints) -> Text:
    return text(7_300_000_000 + channel * 1_000_000 + plan * 1_013)


def _events(setting: Setting, block: Block) -> pa.Table:
    visits, events, orders = block.visits, block.events, block.orders
    draw = scramble(np.arange(visits.n), 37)
    free = pick(visit.FREE_CHANNELS, visits.free)
    who = site_key(block, visits.person, visits.device, draw)
    number = block.offset
    plan = _plan_id(_of_click(block.clicks.channel, visits.click), _of_click(block.clicks.plan, visits.click))
    by_visit = {
        "id_key": who,
        "session_id": join("s", text(number + np.arange(visits.n))),
        "channel": _channel(block, visits.click, free),
        "campaign_id": where(visits.click >= 0, plan, None),
    }
    of = pa.array(events.visit)
    shared = {name: column.take(of) for name, column in by_visit.items()}
    n = len(events.visit)
    has_item = events.item >= 0
    item = np.maximum(events.item, 0)
    price = setting.catalogue.list_price[item]
    is_buy = events.name == visit.PURCHASE
    order = np.maximum(visits.order[events.visit], 0) if visits.n else events.visit
    value = np.where(is_buy, _at(orders.payable, order), price)
    count = np.where(is_buy, _at(orders.n_items, order), 1)
    counted = is_buy | (events.name == visit.CART)
    return pa.table(
        {
            "event_id": join("e", text(number + np.arange(n))),
            "id_key": shared["id_key"],
            "name": pick(visit.EVENTS, events.name),
            "occurred_at": utc(events.at),
            "received_at": utc(events.at + 1),
            "session_id": shared["session_id"],
            "channel": shared["channel"],
            "campaign_id": shared["campaign_id"],
            "item_id": where(has_item & ~is_buy, pick(setting.catalogue.item_id, item), None),
            "n_items": pa.array(count, mask=~counted),
            "value_amount": pa.array(value / 100, mask=events.name < visit.PRODUCT),
            "currency": constant("CNY", n),
            "properties": _properties(setting, block, events.name, order),
        }
    )


def _at(values: Ints, rows: Ints) -> Ints:
    return values[rows] if len(values) else np.zeros(len(rows), dtype=np.int64)


def _properties(setting: Setting, block: Block, name: Ints, order: Ints) -> Text:
    item = block.visits.item[block.events.visit]
    words = pick([ware.name for ware in WARES], setting.catalogue.category[item])
    search = join('{"query": "', words, '"}')
    if not block.orders.n:
        return where(name == visit.SEARCH, search, None)
    bought = join('{"order_id": "', naming.order_id(block.orders, order), '"}')
    return where(name == visit.SEARCH, search, where(name == visit.PURCHASE, bought, None))


def _clicks(block: Block) -> Columns:
    clicks, people = block.clicks, block.people
    platform = np.array([channel.platform for channel in paid_media.CHANNELS])[clicks.channel]
    shown: Flags = (platform == OWN) | ((platform == YOUZAN) & people.has_openid[clicks.person])
    rows = np.flatnonzero(shown)
    person, channel = clicks.person[rows], clicks.channel[rows]
    draw = scramble(rows, 41)
    n_devices = (people.device[person] >= 0).sum(axis=1)
    device = np.where(draw % 10 < 7, 0, draw // 10 % n_devices)
    site = site_key(block, person, device, draw // 100)
    prices = np.array([round(channel.cost_per_click * 100) for channel in paid_media.CHANNELS])
    return {
        "touch_id": join("t", text(block.offset + rows)),
        "id_key": where(platform[rows] == OWN, site, key_of(block, sighting.OPENID, person)),
        "touched_at": stamp(clicks.at[rows]),
        "channel": pick([ad_channel.name for ad_channel in paid_media.CHANNELS], channel),
        "campaign_id": _plan_id(channel, clicks.plan[rows]),
        "kind": constant("click", len(rows)),
        "cost_amount": yuan(prices[channel]),
    }


def _messages(setting: Setting, block: Block) -> Columns:
    person = np.concatenate([reached.person[reached.is_treated] for reached in block.reached])
    number = np.repeat(
        np.arange(len(CAMPAIGNS)), [int(reached.is_treated.sum()) for reached in block.reached]
    )
    starts = np.array([reached.starts for reached in block.reached])[number] + setting.shop.first_day
    at = starts * DAY + 10 * 3_600 + scramble(person, 43) % 3_600
    n = len(person)
    return {
        "touch_id": join(
            "m",
            pick([campaign.name for campaign in CAMPAIGNS], number),
            padded(block.people.first + person, 9),
        ),
        "id_key": key_of(block, sighting.MEMBER, person),
        "touched_at": stamp(at),
        "channel": pick([campaign.channel for campaign in CAMPAIGNS], number),
        "campaign_id": pick([campaign.name for campaign in CAMPAIGNS], number),
        "kind": constant("message", n),
        "cost_amount": yuan(np.array([campaign.cost_fen for campaign in CAMPAIGNS])[number]),
    }


def _reviews(block: Block) -> Columns:
    reviews, orders, people = block.reviews, block.orders, block.people
    person, platform = orders.person[reviews.order], orders.platform[reviews.order]
    number = people.first + person
    classic = (platform == TAOBAO) & ~orders.is_renamed[reviews.order]
    who = where(classic, join("taobao:", naming.nick(number)), None)
    who = where(platform == JD, join("jd:", naming.account(number)), who)
    who = where((platform == YOUZAN) & people.has_openid[person], key_of(block, sighting.OPENID, person), who)
    who = where((platform == OWN) & people.has_account[person], key_of(block, sighting.USER, person), who)
    n = len(reviews.order)
    return {
        "feedback_id": join("r", text(block.offset + np.arange(n))),
        "kind": constant("review", n),
        "id_key": who,
        "item_id": pick(
            [f"QY{10_001 + k:05d}" for k in range(int(reviews.item.max(initial=0)) + 1)], reviews.item
        ),
        "order_id": naming.order_id(orders, reviews.order),
        "said_at": stamp(reviews.at),
        "score": text(reviews.score),
        "text": reviews.words,
        "channel": pick(PLATFORMS, platform),
    }


__all__ = ["site_key", "write_behaviour"]
