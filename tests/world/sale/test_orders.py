"""Laws of money: the sums of lines are the sums of orders, and every order adds up."""

from __future__ import annotations

import numpy as np
import pytest

from quanyu.world import Shop, World
from quanyu.world.block import Block
from quanyu.world.platform import DOUYIN, JD, OWN, TAOBAO, YOUZAN
from quanyu.world.sale.status import Status


@pytest.fixture(scope="module")
def block(world: World) -> Block:
    return next(world.blocks())


def test_paid_is_gross_less_discount_with_postage(block: Block) -> None:
    orders = block.orders
    paid = orders.was_paid
    assert np.array_equal(orders.paid[paid], (orders.gross - orders.discount + orders.shipping)[paid])
    assert not orders.paid[~paid].any()
    assert (orders.discount >= 0).all() and (orders.gross > orders.discount).all()


def test_lines_add_up_to_their_order(block: Block) -> None:
    orders, lines = block.orders, block.orders.lines
    assert np.array_equal(orders.total(lines.gross), orders.gross)
    assert np.array_equal(orders.total(lines.discount), orders.discount)
    assert (lines.net > 0).all() and (lines.coupon >= 0).all()
    assert np.array_equal(lines.number[orders.first_line], np.ones(orders.n))


def test_refunds_never_exceed_what_was_paid(block: Block) -> None:
    orders = block.orders
    assert (orders.refund <= orders.paid).all() and (orders.net >= 0).all()
    closed = (orders.status == Status.CLOSED) & orders.was_paid
    assert np.array_equal(orders.refund[closed], orders.paid[closed])
    assert not orders.net[orders.status == Status.CLOSED].any()


def test_partial_refunds_appear_only_where_the_platform_shows_them(block: Block) -> None:
    orders = block.orders
    partial = orders.is_sale & (orders.refund > 0)
    blind = np.isin(orders.platform, (JD, YOUZAN)) | ((orders.platform == TAOBAO) & ~orders.is_renamed)
    assert not (partial & blind).any()
    for platform in (TAOBAO, DOUYIN, OWN):
        assert (partial & (orders.platform == platform)).any()


def test_bad_items_come_back_more_often(block: Block, world: World) -> None:
    lines = block.orders.lines
    quality = world.setting.catalogue.quality[lines.item]
    assert quality[lines.is_refunded].mean() < quality[~lines.is_refunded].mean() - 0.2


def test_nothing_is_ordered_outside_the_days_or_before_its_launch(block: Block, world: World) -> None:
    shop: Shop = world.shop
    day = block.orders.ordered // 86_400
    assert day.min() >= shop.first_day and day.max() < shop.first_day + shop.days
    lines = block.orders.lines
    assert (world.setting.catalogue.launched[lines.item] <= day[lines.order]).all()


def test_presale_orders_are_paid_when_the_balance_is_due(block: Block) -> None:
    orders = block.orders
    presale = orders.is_presale & orders.was_paid
    assert presale.any() and (orders.paid_at[presale] - orders.ordered[presale]).mean() > 86_400
