"""Douyin shop: one row per sub-order, ids behind a TAB, masked buyers, and who brought the sale."""

from __future__ import annotations

import numpy as np

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.export.dirt import NEVER, NO_DATE, Dirt
from quanyu.world.export.writer import BOM, Columns, Folder
from quanyu.world.lettering import Ints, constant, join, padded, pick, scramble, stamp, text, where, yuan
from quanyu.world.platform import DOUYIN
from quanyu.world.sale import Status
from quanyu.world.setting import Setting

STATES = ("待支付", "待发货", "已发货", "已完成", "已关闭")
AUTHORS = ("好物小鹿", "省钱研究所", "居家达人阿May", "试吃官大壮")
DIRT = (
    Dirt("bad date", "orders", "订单提交时间", NO_DATE, "主订单编号", 2),
    Dirt("future date", "orders", "订单提交时间", NEVER, "主订单编号", 1),
    Dirt("missing id", "orders", "主订单编号", "\t", n=2),
)


def write_douyin(folder: Folder, setting: Setting, block: Block) -> None:
    """Write the block's Douyin orders."""
    lines = np.flatnonzero((block.orders.platform == DOUYIN)[block.orders.lines.order])
    folder.csv("orders/douyin_orders.csv", _rows(setting, block, lines), BOM, DIRT)


def _rows(setting: Setting, block: Block, lines: Ints) -> Columns:
    orders, people, n = block.orders, block.people, len(lines)
    order, item = orders.lines.order[lines], orders.lines.item[lines]
    person, status, was_paid = orders.person[order], orders.status[order], orders.was_paid[order]
    shown = block.sightings.phone[order]
    secret = padded(scramble(orders.number[order], 31), 12)
    coupon = orders.lines.coupon[lines]
    postage = np.where(orders.lines.number[lines] == 1, orders.shipping[order], 0)
    due = orders.lines.net[lines] + postage
    is_ad = orders.cause[order] == block.causes.index("qianchuan")
    author = orders.number[order] % 8
    has_author = is_ad | (author < 2)
    none = constant("", n)
    refunded = orders.lines.is_refunded[lines]
    return {
        "主订单编号": join("\t", naming.order_id(orders, order)),
        "子订单编号": join("\t", naming.line_id(orders, lines)),
        "选购商品": pick(setting.catalogue.name, item),
        "商品规格": join("规格:", pick(setting.catalogue.spec, item)),
        "商品数量": text(orders.lines.quantity[lines]),
        "商品ID": join("\t", text(3_600_000_000_000_000_000 + item * 29)),
        "商家编码": pick(setting.catalogue.item_id, item),
        "商品金额": yuan(orders.lines.list_price[lines]),
        "订单应付金额": yuan(due),
        "运费": yuan(postage),
        "平台实际承担优惠金额": yuan(coupon),
        "商家实际承担优惠金额": yuan(orders.lines.discount[lines] - coupon),
        "达人实际承担优惠金额": constant("0.00", n),
        "商家收入金额": yuan(np.where(was_paid, due + coupon, 0)),
        "收件人": where(shown > 0, naming.full_name(people, person), join("##", secret, "##")),
        "收件人手机号": join("\t", where(shown > 0, text(shown), join("$$", secret, "$1$$"))),
        "详细地址": join(naming.province(people, person), naming.city(people, person), "##", secret, "##"),
        "订单提交时间": join("\t", stamp(orders.ordered[order])),
        "支付完成时间": stamp(orders.paid_at[order], was_paid),
        "订单完成时间": stamp(orders.paid_at[order] + 8 * 86_400, status == Status.COMPLETED),
        "发货时间": stamp(orders.paid_at[order] + 86_400, np.isin(status, (2, 3))),
        "订单状态": pick(STATES, status),
        "售后状态": where(refunded, "退款成功", "-"),
        "取消原因": where((status == Status.CLOSED) & ~was_paid, "超时未支付", ""),
        "订单类型": constant("普通订单", n),
        "达人ID": where(has_author, join("\t", text(70_000_000 + author)), "0"),
        "达人昵称": where(has_author, pick(AUTHORS, author % len(AUTHORS)), ""),
        "流量体裁": where(is_ad, "直播", where(has_author, "短视频", "商品卡")),
        "流量渠道": where(is_ad, "巨量千川", "自然流量"),
        "流量来源": where(is_ad, "千川广告", "推荐feed"),
        "流量类型": where(is_ad, "付费", "免费"),
        "支付方式": constant("抖音支付", n),
        "快递信息": none,
    }
