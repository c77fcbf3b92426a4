"""Taobao and Tmall: the classic order and item reports, and the order and sub-order reports of 2023."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.export.dirt import NEVER, NO_DATE, Dirt
from quanyu.world.export.writer import GBK, Columns, Folder
from quanyu.world.lettering import (
    Ints,
    Text,
    constant,
    join,
    mask_phone,
    padded,
    pick,
    stamp,
    text,
    where,
    yuan,
)
from quanyu.world.platform import TAOBAO
from quanyu.world.sale import Orders, Status
from quanyu.world.setting import Setting
from quanyu.world.vocabulary import CARRIERS

STATES = ("等待买家付款", "买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功", "交易关闭")
SHOP_ID, SHOP_NAME = "104736251", "全域优选旗舰店"

CLASSIC_DIRT = (
    Dirt("bad date", "orders", "订单创建时间", NO_DATE, "订单编号", 3),
    Dirt("future date", "orders", "订单创建时间", NEVER, "订单编号", 2),
    Dirt("missing id", "orders", "订单编号", '=""', n=2),
    Dirt("negative amount", "orders", "总金额", "-99.00", "订单编号", 2),
)
NEW_DIRT = (
    Dirt("bad date", "orders", "订单创建时间", NO_DATE, "订单编号", 2),
    Dirt("missing id", "orders", "订单编号", '=""', n=1),
)


def write_taobao(folder: Folder, setting: Setting, block: Block) -> None:
    """Write the block's Taobao orders: the classic reports for the older half, the new ones for the rest."""
    orders = block.orders
    is_taobao = orders.platform == TAOBAO
    old, new = np.flatnonzero(is_taobao & ~orders.is_renamed), np.flatnonzero(is_taobao & orders.is_renamed)
    line_of = orders.lines.order
    old_lines = np.flatnonzero((is_taobao & ~orders.is_renamed)[line_of])
    new_lines = np.flatnonzero((is_taobao & orders.is_renamed)[line_of])
    folder.csv("orders/taobao_orders_classic.csv", _classic(setting, block, old), GBK, CLASSIC_DIRT)
    folder.csv("orders/taobao_items_classic.csv", _items(setting, block, old_lines), GBK)
    folder.csv("orders/taobao_orders_new.csv", _new(setting, block, new), GBK, NEW_DIRT)
    folder.csv("orders/taobao_suborders_new.csv", _suborders(setting, block, new_lines), GBK)


def guarded(ids: Text) -> Text:
    """Return ids as `="123"`, Taobao's guard against Excel."""
    return join('="', ids, '"')


def titles(setting: Setting, orders: Orders, rows: Ints, mark: str) -> Text:
    """Return the item names of each order, glued together."""
    count = orders.n_lines[rows]
    ends = np.cumsum(count)
    lines = np.repeat(orders.first_line[rows] - (ends - count), count) + np.arange(
        ends[-1] if len(ends) else 0
    )
    names = pick(setting.catalogue.name, orders.lines.item[lines])
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), names), mark)


def _classic(setting: Setting, block: Block, rows: Ints) -> Columns:
    orders, people, n = block.orders, block.people, len(rows)
    person = orders.person[rows]
    number = people.first + person
    none = constant("", n)
    paid_for = (orders.gross - orders.discount)[rows]
    was_paid, status = orders.was_paid[rows], orders.status[rows]
    shown = block.sightings.phone[rows]
    mobile = join("'", where(shown > 0, text(shown), mask_phone(text(people.phone[person]))))
    closed = where(status != Status.CLOSED, "订单未关闭", where(was_paid, "退款", "买家未付款"))
    stage = where(orders.is_presale[rows], where(was_paid, "已付定金;已付尾款", "已付定金;未付尾款"), "")
    return {
        "订单编号": guarded(naming.order_id(orders, rows)),
        "买家会员名": naming.nick(number),
        "买家支付宝账号": join(
            pc.utf8_slice_codeunits(text(people.phone[person]), 0, 3),
            "****",
            pc.utf8_slice_codeunits(text(people.phone[person]), 7),
        ),
        "买家应付货款": yuan(paid_for),
        "买家应付邮费": yuan(orders.shipping[rows]),
        "买家支付积分": constant("0", n),
        "总金额": yuan(orders.gross[rows]),
        "返点积分": constant("0", n),
        "买家实际支付金额": yuan(orders.paid[rows]),
        "买家实际支付积分": constant("0", n),
        "订单状态": pick(STATES, status),
        "买家留言": none,
        "收货人姓名": naming.masked_name(people, person),
        "收货地址 ": join(naming.province(people, person), " ", naming.city(people, person), " **** ****"),
        "运送方式": constant("快递", n),
        "联系电话": constant("'", n),
        "联系手机": mobile,
        "订单创建时间": stamp(orders.ordered[rows]),
        "订单付款时间 ": stamp(orders.paid_at[rows], was_paid),
        "宝贝标题 ": titles(setting, orders, rows, "，"),
        "宝贝种类": text(orders.n_lines[rows]),
        "物流单号": _parcel(orders, rows),
        "物流公司": _carrier(orders, rows),
        "订单备注": constant("'null", n),
        "宝贝总数量": text(orders.n_items[rows]),
        "店铺Id": constant(SHOP_ID, n),
        "店铺名称": constant(SHOP_NAME, n),
        "订单关闭原因": closed,
        "卖家服务费": constant("0", n),
        "买家服务费": constant("0.00元", n),
        "发票抬头": none,
        "是否手机订单": where(orders.number[rows] % 10 > 0, "手机订单", ""),
        "分阶段订单信息": stage,
        "特权订金订单id": none,
        "定金排名": none,
        "修改后的sku": none,
        "修改后的收货地址": none,
        "异常信息": none,
        "天猫卡券抵扣": none,
        "集分宝抵扣": none,
        "是否是O2O交易": none,
    }


def _items(setting: Setting, block: Block, lines: Ints) -> Columns:
    orders, catalogue, n = block.orders, setting.catalogue, len(lines)
    order, item = orders.lines.order[lines], orders.lines.item[lines]
    none = constant("", n)
    return {
        "订单编号": guarded(naming.order_id(orders, order)),
        "标题": pick(catalogue.name, item),
        "价格": yuan(orders.lines.list_price[lines]),
        "购买数量": text(orders.lines.quantity[lines]),
        "外部系统编号": pick(catalogue.item_id, item),
        "商品属性": join("规格：", pick(catalogue.spec, item)),
        "套餐信息": none,
        "备注": none,
        "订单状态": pick(STATES, orders.status[order]),
        "商家编码": pick(catalogue.item_id, item),
    }


def _new(setting: Setting, block: Block, rows: Ints) -> Columns:
    orders, people, n = block.orders, block.people, len(rows)
    person = orders.person[rows]
    was_sent = (orders.status[rows] > 1) & (orders.status[rows] < Status.CLOSED)
    none = constant("", n)
    return {
        "订单编号": guarded(naming.order_id(orders, rows)),
        "支付单号": where(orders.was_paid[rows], guarded(join("2026", padded(orders.number[rows], 24))), ""),
        "买家应付货款": yuan((orders.gross - orders.discount)[rows]),
        "买家应付邮费": yuan(orders.shipping[rows]),
        "总金额": yuan(orders.gross[rows]),
        "买家实付金额": yuan(orders.paid[rows]),
        "订单状态": pick(STATES, orders.status[rows]),
        "收货地址": join(naming.province(people, person), " ", naming.city(people, person), " ****"),
        "运送方式": constant("快递", n),
        "订单创建时间": stamp(orders.ordered[rows]),
        "商品标题": titles(setting, orders, rows, "，"),
        "宝贝种类": text(orders.n_lines[rows]),
        "物流单号": _parcel(orders, rows),
        "物流公司": _carrier(orders, rows),
        "备注标签": none,
        "商家备注": none,
        "宝贝总数量": text(orders.n_items[rows]),
        "开票信息": none,
        "手机订单": constant("手机订单", n),
        "商品属性SKU": pick(setting.catalogue.spec, orders.lines.item[orders.first_line[rows]]),
        "发货时间": stamp(orders.paid_at[rows] + 86_400, was_sent),
    }


def _suborders(setting: Setting, block: Block, lines: Ints) -> Columns:
    orders, catalogue = block.orders, setting.catalogue
    order, item = orders.lines.order[lines], orders.lines.item[lines]
    refunded = orders.lines.is_refunded[lines]
    paid = np.where(orders.was_paid[order], orders.lines.net[lines], 0)
    status = orders.status[order]
    was_sent = (status > 1) & (status < Status.CLOSED)
    return {
        "子订单编号": guarded(naming.line_id(orders, lines)),
        "主订单编号": guarded(naming.order_id(orders, order)),
        "商品标题": pick(catalogue.name, item),
        "商品价格": yuan(orders.lines.list_price[lines]),
        "购买数量": text(orders.lines.quantity[lines]),
        "商品属性": join("规格：", pick(catalogue.spec, item)),
        "订单状态": pick(STATES, np.where(refunded, Status.CLOSED, status)),
        "买家实付金额": yuan(paid),
        "退款状态": where(refunded, "退款成功", "没有申请退款"),
        "退款金额": where(refunded, yuan(paid), "无退款申请"),
        "商品ID": guarded(text(680_000_000_000 + item * 13)),
        "商家编码": pick(catalogue.item_id, item),
        "发货时间": stamp(orders.paid_at[order] + 86_400, was_sent),
    }


def _parcel(orders: Orders, rows: Ints) -> Text:
    was_sent = (orders.status[rows] != Status.PLACED) & orders.is_sale[rows]
    return where(was_sent, join("No:YT", padded(orders.number[rows], 13)), "")


def _carrier(orders: Orders, rows: Ints) -> Text:
    return where(orders.is_sale[rows], pick(CARRIERS, orders.number[rows] % len(CARRIERS)), "")
