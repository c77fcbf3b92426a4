"""Simulated shops as the daily facts that return curves need, without the way through files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from quanyu.decide.budget.division import AdChannel, Division
from quanyu.measure.curve.return_curve import ReturnCurve
from quanyu.method import Fit
from quanyu.solve.curve import Curve
from quanyu.world import Shop
from quanyu.world.campaign import run_campaigns
from quanyu.world.market.paid_media import CHANNELS, saturate
from quanyu.world.people import make_people
from quanyu.world.platform import PLATFORMS
from quanyu.world.sale.purchase import draw_purchases
from quanyu.world.setting import Setting, make_setting

WORTH = 160.0
"""Margin of an order; the shops' own is 150 to 170."""
MONEY = pa.decimal128(18, 2)


@dataclass(frozen=True, eq=False)
class Facts:
    """A simulated shop with its daily facts as rows."""

    setting: Setting
    rows: pa.Table

    @property
    def as_of(self) -> dt.date:
        """The day after the last."""
        return self.setting.shop.ends_on + dt.timedelta(days=1)

    @property
    def spec(self) -> ReturnCurve:
        """What a seller knows: where ads lead, what an order is worth."""
        lands = tuple((one.name, ((PLATFORMS[one.platform], 1.0),)) for one in CHANNELS)
        return ReturnCurve(self.as_of, lands, tuple((name, WORTH) for name in PLATFORMS), seed=1)


def true_gain(shop: Shop, channels: list[AdChannel], division: Division) -> float:
    """Return the true profit a week that a division brings, kept up, against the present."""
    by_name, total = {one.name: one for one in CHANNELS}, 0.0
    for one, amount in zip(channels, division.amounts, strict=True):
        planted = by_name[one.name]
        ends = np.maximum(np.array([one.spend, amount]), 1e-9) / shop.people
        scale = planted.strength * shop.media_strength * shop.people
        orders = scale * saturate(ends, planted.half, planted.slope)
        total += 7 * float((orders[1] - orders[0]) * WORTH - (amount - one.spend))
    return total


def facts(shop: Shop) -> Facts:
    """Simulate a shop's purchases and add them up by day, beside its spend and messages."""
    setting = make_setting(shop)
    bought = np.zeros((len(PLATFORMS), shop.days), dtype=np.int64)
    sent = np.zeros((len(setting.campaigns), shop.days), dtype=np.int64)
    for block in range(shop.n_blocks):
        people = make_people(shop, block)
        reached = run_campaigns(shop, people, block)
        orders = draw_purchases(setting, people, reached)
        for number in range(len(PLATFORMS)):
            bought[number] += np.bincount(orders.day[orders.platform == number], minlength=shop.days)
        for one in reached:
            sent[one.campaign, one.starts] += int(one.is_treated.sum())
    parts = [
        _rows(shop, "sales", PLATFORMS, bought, 0 * bought),
        _rows(shop, "spend", [one.name for one in CHANNELS], 0 * setting.media.spend, setting.media.spend),
        _rows(shop, "message", [one.name for one in setting.campaigns], sent, 0 * sent),
    ]
    return Facts(setting, pa.concat_tables(parts))


def _rows(shop: Shop, kind: str, names: Iterable[str], n: np.ndarray, amount: np.ndarray) -> pa.Table:
    listed = list(names)
    days = [shop.starts_on + dt.timedelta(days=at) for at in range(shop.days)]
    cells: Iterator[tuple[str, int]] = ((name, at) for name in listed for at in range(shop.days))
    where = list(cells)
    return pa.table(
        {
            "on": pa.array([days[at] for _, at in where], pa.date32()),
            "kind": pa.array([kind] * len(where)),
            "name": pa.array([name for name, _ in where]),
            "n": pa.array([Decimal(int(value)) for value in n.ravel()], MONEY),
            "amount": pa.array([Decimal(f"{value:.2f}") for value in amount.ravel()], MONEY),
        }
    )


def channels_of(found: Fit) -> list[AdChannel]:
    """Return the ad channels of a fit."""
    return [
        AdChannel(
            name,
            one["spend"],
            one["status"],
            one["reason"],
            one["order_margin"],
            one["noise"],
            Curve.unpacked(one["draws"]),
        )
        for name, one in found.parameters["channels"].items()
    ]
