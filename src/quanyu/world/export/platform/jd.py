"""JD POP: one row per item with the order's totals repeated on every row, ids behind an apostrophe."""

from __future__ import annotations

import numpy as np

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.export.dirt import NEVER, NO_DATE, Dirt
from quanyu.world.export.writer import GBK, Columns, Folder
from quanyu.world.lettering import Ints, constant, join, mask_phone, pick, stamp, text, where, yuan
from quanyu.world.platform import JD
from quanyu.world.sale import Status
from quanyu.world.setting import Setting

STATES = ("(删除)等待付款", "等待出库", "等待确认收货", "完成", "(删除)等待出库")
DIRT = (
    Dirt("bad date", "orders", "下单时间", NO_DATE, "订单号", 2),
    Dirt("future date", "orders", "下单时间", NEVER, "订单号", 1),
    Dirt("missing id", "orders", "订单号", "'", n=1),
)


def write_jd(folder: Folder, setting: Setting, block: Block) -> None:
    """Write the block's JD orders."""
    lines = np.flatnonzero((block.orders.platform == JD)[block.orders.lines.order])
    folder.csv("orders/jd_orders.csv", _rows(setting, block, lines), GBK, DIRT)


def _rows(setting: Setting, block: Block, lines: Ints) -> Columns:
    orders, people, n = block.orders, block.people, len(lines)
    order, item = orders.lines.order[lines], orders.lines.item[lines]
    person = orders.person[order]
    shown = block.sightings.phone[order]
    none = constant("", n)
    paid, is_done = yuan(orders.paid[order]), orders.status[order] == Status.COMPLETED
    return {
        "订单号": join("'", naming.order_id(orders, order)),
        "商品ID": join("'", text(100_020_000_000 + item * 17)),
        "商品名称": pick(setting.catalogue.name, item),
        "订购数量": text(orders.lines.quantity[lines]),
        "支付方式": constant("在线支付", n),
        "下单时间": stamp(orders.ordered[order]),
        "京东价": yuan(orders.lines.list_price[lines]),
        "订单金额": yuan(orders.gross[order]),
        "结算金额": paid,
        "余额支付": constant("0.00", n),
        "应付金额": paid,
        "订单状态": pick(STATES, orders.status[order]),
        "订单类型": constant("SOP", n),
        "下单帐号": naming.account(people.first + person),
        "客户姓名": naming.masked_name(people, person),
        "客户地址": join(naming.province(people, person), naming.city(people, person), "****"),
        "联系电话": join("'", where(shown > 0, text(shown), mask_phone(text(people.phone[person])))),
        "订单备注": none,
        "发票类型": constant("电子发票", n),
        "发票抬头": constant("个人", n),
        "发票内容": constant("商品明细", n),
        "商家备注": none,
        "商家备注等级": none,
        "运费金额": yuan(orders.shipping[order]),
        "付款确认时间": stamp(orders.paid_at[order], orders.was_paid[order]),
        "增值税发票": none,
        "货号": pick(setting.catalogue.item_id, item),
        "订单完成时间": stamp(orders.paid_at[order] + 8 * 86_400, is_done),
        "订单来源": constant("移动端", n),
        "订单渠道": constant("京东商城", n),
    }
