"""What truly moved the shop: ads, campaigns, items and the calendar."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.world.answer import Habits
from quanyu.world.lettering import Ints, day, pick
from quanyu.world.market import paid_media
from quanyu.world.platform import PLATFORMS
from quanyu.world.setting import Setting
from quanyu.world.trace import placement
from quanyu.world.vocabulary import WARES


def campaigns_truth(setting: Setting, people: pa.Table) -> pa.Table:
    """Return one row per campaign with its days, sizes and mean true lift, from everybody in it."""
    shop = setting.shop
    sums = people.group_by("campaign_id").aggregate(
        [("p_lift", "mean"), ("p_lift", "count"), ("is_caused", "sum")]
    )
    by_campaign = {row["campaign_id"]: row for row in sums.to_pylist()}
    treated = (
        people.filter(pc.equal(people["arm"], "treated"))
        .group_by("campaign_id")
        .aggregate([("p_lift", "count")])
    )
    n_treated = {row["campaign_id"]: row["p_lift_count"] for row in treated.to_pylist()}
    rows = [
        {
            "campaign_id": campaign.name,
            "title": campaign.title,
            "channel": campaign.channel,
            "starts_on": day(np.array([shop.first_day + int(campaign.at * shop.days)]))[0].as_py(),
            "window_days": Habits.window_days,
            "n_people": by_campaign.get(campaign.name, {}).get("p_lift_count", 0),
            "n_treated": n_treated.get(campaign.name, 0),
            "lift": by_campaign.get(campaign.name, {}).get("p_lift_mean"),
            "n_caused": by_campaign.get(campaign.name, {}).get("is_caused_sum", 0),
        }
        for campaign in setting.campaigns
    ]
    return pa.Table.from_pylist(rows)


def channels_truth(
    setting: Setting, placements: tuple[placement.Placements, ...], caused: Ints, revenue: Ints
) -> pa.Table:
    """Return one row per paid channel: its planted response, true effect, what its file claims.

    The `usual_` columns say what would have been without the seller's course: the same in a first period.
    """
    rows = [
        {
            "channel": channel.name,
            "platform": PLATFORMS[channel.platform],
            "medium": channel.medium,
            "carry_over": channel.carry,
            "half_saturation": channel.half,
            "slope": channel.slope,
            "strength": channel.strength * setting.shop.media_strength,
            "intent_rate": channel.intent_rate,
            "window_days": channel.window_days,
            "cost_amount": int(placed.cost.sum()) / 100,
            "n_clicks": int(placed.clicks.sum()),
            "n_impressions": int(placed.impressions.sum()),
            "expected_incremental_orders": float(expected.sum()),
            "usual_cost_amount": float(setting.usual.spend[number].sum()),
            "usual_incremental_orders": float(setting.usual.orders[number].sum()),
            "incremental_orders": int(caused[1 + number]),
            "incremental_net_amount": int(revenue[1 + number]) / 100,
            "claimed_orders": int(placed.orders.sum()),
            "claimed_revenue_amount": int(placed.revenue.sum()) / 100,
        }
        for number, (channel, placed, expected) in enumerate(
            zip(paid_media.CHANNELS, placements, setting.media.orders, strict=True)
        )
    ]
    return pa.Table.from_pylist(rows)


def media_truth(setting: Setting) -> pa.Table:
    """Return spend and expected true orders per channel and day."""
    shop = setting.shop
    days = np.tile(shop.first_day + np.arange(shop.days), len(paid_media.CHANNELS)).astype("int32")
    return pa.table(
        {
            "channel": pick(
                [channel.name for channel in paid_media.CHANNELS],
                np.repeat(np.arange(len(paid_media.CHANNELS)), shop.days),
            ),
            "on": pa.array(days).cast(pa.date32()),
            "cost_amount": setting.media.spend.ravel(),
            "incremental_orders": setting.media.orders.ravel(),
        }
    )


def items_truth(setting: Setting) -> pa.Table:
    """Return the planted quality, popularity and price response of every item."""
    catalogue = setting.catalogue
    wares = [WARES[number] for number in catalogue.category.tolist()]
    return pa.table(
        {
            "item_id": pa.array(catalogue.item_id),
            "category": pa.array([ware.name for ware in wares]),
            "quality": catalogue.quality,
            "popularity": catalogue.popularity,
            "elasticity": pa.array([ware.elasticity for ware in wares]),
        }
    )


def calendar_truth(setting: Setting) -> pa.Table:
    """Return demand, price cut and festival phase of every day."""
    shop, calendar = setting.shop, setting.calendar
    names = [""] * shop.days
    for phase, first, last in calendar.spans:
        for at in range(max(calendar.index(first), 0), min(calendar.index(last) + 1, shop.days)):
            names[at] = f"{phase.festival} {phase.name}"
    days = (shop.first_day + np.arange(shop.days)).astype("int32")
    return pa.table(
        {
            "on": pa.array(days).cast(pa.date32()),
            "demand": calendar.demand,
            "cut": calendar.cut,
            "phase": pa.array(names),
        }
    )
