"""What was planted can be found again in what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quanyu.world import Shop, simulate
from quanyu.world.block import Block
from quanyu.world.campaign import CAMPAIGNS
from quanyu.world.market.paid_media import CHANNELS, carry_over, saturate
from quanyu.world.setting import Setting
from quanyu.world.vocabulary import WARES
from quanyu.world.world import World

SHOP = Shop(people=40_000, days=400, seed=5, ends_on=date(2026, 11, 20))


@pytest.fixture(scope="module")
def big() -> World:
    return simulate(SHOP)


@pytest.fixture(scope="module")
def block(big: World) -> Block:
    return next(big.blocks())


def test_rates_of_purchase_are_gamma(block: Block) -> None:
    rate = block.people.rate
    assert rate.mean() == pytest.approx(SHOP.rate_shape / SHOP.rate_scale, rel=0.03)
    assert rate.var() == pytest.approx(SHOP.rate_shape / SHOP.rate_scale**2, rel=0.06)


def test_people_who_never_leave_buy_at_their_rate() -> None:
    loyal = replace(SHOP, people=8_000, leave_a=1e-4, leave_b=1e4, visitor_share=0.0)
    block = next(simulate(loyal).blocks())
    people, own = block.people, block.orders.cause == 0
    days = loyal.days - np.maximum(people.arrived, 0)
    firsts = (people.arrived >= 0).sum()
    assert own.sum() - firsts == pytest.approx((people.rate * days).sum(), rel=0.03)


def test_leaving_is_geometric() -> None:
    settled = replace(
        SHOP, people=20_000, rate_shape=50.0, rate_scale=100.0, leave_a=300.0, leave_b=700.0, visitor_share=0
    )
    block = next(simulate(settled).blocks())
    new = block.people.arrived >= 0
    early = new & (block.people.arrived < 300)
    counts = np.bincount(block.orders.person[block.orders.cause == 0], minlength=block.people.n)[early]
    assert counts.mean() == pytest.approx(1 + 1 / 0.3, rel=0.03)


def test_media_bring_the_orders_that_their_spend_should(block: Block, big: World) -> None:
    for number, channel in enumerate(CHANNELS):
        expected = big.setting.media.orders[number].sum()
        drawn = (block.orders.cause == 1 + number).sum()
        assert abs(drawn - expected) < 4 * np.sqrt(expected), channel.name


def test_media_response_has_carry_over_and_saturation(big: World) -> None:
    channel = CHANNELS[1]
    carried = carry_over(big.setting.media.spend[1] / SHOP.people, channel.carry)
    response = channel.strength * saturate(carried, channel.half, channel.slope) * SHOP.people
    assert big.setting.media.orders[1] == pytest.approx(response, rel=1e-2, abs=1e-3)
    assert saturate(np.array([channel.half]), channel.half, channel.slope)[0] == pytest.approx(0.5)


def test_platforms_claim_more_than_they_cause(block: Block) -> None:
    for number, channel in enumerate(CHANNELS):
        true = (block.orders.cause == 1 + number).sum()
        assert block.claims.orders[number].sum() > 1.3 * true, channel.name


def test_no_clicks_on_days_without_spend(block: Block, big: World) -> None:
    day = block.clicks.at // 86_400 - SHOP.first_day
    assert (big.setting.media.spend[block.clicks.channel, day] > 0).all()


def test_campaigns_lift_as_planted_and_one_does_nothing(block: Block) -> None:
    for campaign, one in zip(CAMPAIGNS, block.reached, strict=True):
        assert one.is_treated.mean() == pytest.approx(0.8, abs=0.02)
        caused = one.is_caused[one.is_treated]
        expected = one.lift[one.is_treated].sum()
        assert abs(caused.sum() - expected) <= 4 * np.sqrt(expected), campaign.name
        assert not one.is_caused[~one.is_treated].any()
    assert not block.reached[4].lift.any()
    assert len(np.unique(block.reached[0].lift)) > 3


def test_people_choose_by_price_as_planted(block: Block, big: World) -> None:
    """The log odds of an item at its own 20 % cut against its usual price give the planted elasticity."""
    lines, catalogue = block.orders.lines, big.setting.catalogue
    week = (block.orders.ordered[lines.order] // 86_400 - SHOP.first_day) // 7
    ware = [ware.name for ware in WARES].index("T恤")
    calm = (catalogue.category[lines.item] == ware) & (
        block.people.sensitivity[block.orders.person[lines.order]] == 1
    )
    items = catalogue.members(ware)
    items = items[catalogue.launched[items] < SHOP.first_day]
    expected = np.zeros(len(items))
    weeks = np.unique(week)
    sold = np.bincount(week[calm], minlength=weeks.max() + 1)
    for number in weeks:
        ware_items = catalogue.members(ware)
        open_items = ware_items[catalogue.launched[ware_items] <= SHOP.first_day + number * 7]
        weight = (
            catalogue.popularity[open_items]
            * (1 - catalogue.discount[number, open_items]) ** WARES[ware].elasticity
        )
        share = dict(zip(open_items.tolist(), weight / weight.sum(), strict=True))
        expected += sold[number] * np.array([share[item] for item in items.tolist()])
    seen = np.array([(calm & (lines.item == item)).sum() for item in items])
    assert (((seen - expected) / np.sqrt(expected + 1)) ** 2).mean() < 1.6


def test_reviews_follow_quality(block: Block, big: World) -> None:
    quality = big.setting.catalogue.quality[block.reviews.item]
    assert np.corrcoef(quality, block.reviews.score)[0, 1] > 0.4
    assert set(np.unique(block.reviews.score)) == {1, 2, 3, 4, 5}


def test_days_of_orders_follow_demand(block: Block, big: World) -> None:
    setting: Setting = big.setting
    own = block.orders.cause == 0
    seen = np.bincount(block.orders.ordered[own] // 86_400 - SHOP.first_day, minlength=SHOP.days)
    assert np.corrcoef(seen, setting.calendar.demand)[0, 1] > 0.95
