"""Youzan: one row per paid order, with the buyer's phone in the open."""

from __future__ import annotations

import numpy as np

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.export.dirt import NEVER, NO_DATE, Dirt
from quanyu.world.export.platform.taobao import titles
from quanyu.world.export.writer import BOM, Columns, Folder
from quanyu.world.lettering import Ints, constant, join, pick, stamp, text, where, yuan
from quanyu.world.platform import YOUZAN
from quanyu.world.setting import Setting
from quanyu.world.vocabulary import NICKNAMES

STATES = ("待付款", "待发货", "已发货", "交易完成", "交易关闭")
DIRT = (
    Dirt("bad date", "orders", "买家付款时间", NO_DATE, "订单号", 1),
    Dirt("future date", "orders", "买家付款时间", NEVER, "订单号", 1),
    Dirt("negative amount", "orders", "订单实付金额", "-5.00", "订单号", 2),
)


def write_youzan(folder: Folder, setting: Setting, block: Block) -> None:
    """Write the block's Youzan orders."""
    rows = np.flatnonzero(block.orders.platform == YOUZAN)
    folder.csv("orders/youzan_orders.csv", _rows(setting, block, rows), BOM, DIRT)


def _rows(setting: Setting, block: Block, rows: Ints) -> Columns:
    orders, people, n = block.orders, block.people, len(rows)
    person = orders.person[rows]
    none = constant("", n)
    return {
        "订单号": naming.order_id(orders, rows),
        "订单状态": pick(STATES, orders.status[rows]),
        "买家付款时间": stamp(orders.paid_at[rows]),
        "全部商品名称": titles(setting, orders, rows, "、"),
        "商品种类数": text(orders.n_lines[rows]),
        "订单实付金额": yuan(orders.paid[rows]),
        "运费": yuan(orders.shipping[rows]),
        "收货人/提货人": naming.full_name(people, person),
        "收货人手机号/提货人手机号": text(block.sightings.phone[rows]),
        "收货人省份": naming.province(people, person),
        "收货人地区": naming.city(people, person),
        "详细收货地址/提货地址": join(naming.street(people, person), "101室"),
        "买家昵称": pick(NICKNAMES, people.given[person] % len(NICKNAMES)),
        "优惠券码名称": where(orders.has_coupon[rows], "满300减50", ""),
        "分销员": none,
        "买家备注": none,
        "商家订单备注": none,
        "归属店铺": constant("全域优选微商城", n),
    }
