"""What was truly bought: every order once, and the sums of every file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.lettering import Ints, join, pick, text, utc, where
from quanyu.world.platform import PLATFORMS, TAOBAO
from quanyu.world.sale import STATUSES, Orders
from quanyu.world.trace import sighting

_CENT = Decimal("0.01")


LAYOUTS = (
    "taobao_orders_classic",
    "jd_orders",
    "douyin_orders",
    "youzan_orders",
    "shopify_orders",
    "taobao_orders_new",
)


def money(fen: Ints) -> pa.Array:
    """Return fen as exact yuan, decimal(18, 2)."""
    cents = pa.array(fen.astype(np.int64)).cast(pa.decimal128(19, 0))
    return pc.multiply(cents, pa.scalar(_CENT, pa.decimal128(3, 2))).cast(pa.decimal128(18, 2))


def layout_of(orders: Orders) -> Ints:
    """Return which of `LAYOUTS` shows each order."""
    return np.where((orders.platform == TAOBAO) & orders.is_renamed, len(LAYOUTS) - 1, orders.platform)


def orders_truth(block: Block) -> pa.Table:
    """Return every order once: platform, number, true person, cause, money, state.

    `is_known` says that its file shows an identifier of the buyer, `evidence` which group of identifiers that
    one belongs to (see `identities_truth`): people as far as the files can tell them. A resumed shop has those
    of its earlier periods too.
    """
    rows, earlier = [_orders_truth(block, block.sightings.evidence)], block.before
    while earlier is not None:
        rows.insert(0, _orders_truth(earlier, block.sightings.evidence))
        earlier = earlier.before
    return pa.concat_tables(rows)


def _orders_truth(block: Block, evidence: Ints) -> pa.Table:
    orders, people = block.orders, block.people
    rows = np.arange(orders.n)
    gross, net = money(orders.gross), money(orders.net)
    group = sighting.order_group(people, orders, replace(block.sightings, evidence=evidence))
    person_id = naming.person_id(people.first + orders.person)
    shared = join("household/", text(people.household[orders.person] + people.first))
    tied = where(group == -2, shared, join(person_id, "/", text(group)))
    return pa.table(
        {
            "platform": pick(PLATFORMS, orders.platform),
            "layout": pick(LAYOUTS, layout_of(orders)),
            "order_id": naming.order_id(orders, rows),
            "person_id": person_id,
            "cause": pick(block.causes, orders.cause),
            "ordered_at": utc(orders.ordered),
            "paid_at": pa.array(utc(orders.paid_at)),
            "status": pick(STATUSES, orders.status),
            "is_sale": orders.is_sale,
            "gross_amount": gross,
            "discount_amount": money(orders.discount),
            "shipping_amount": money(orders.shipping),
            "paid_amount": money(orders.paid),
            "refund_amount": money(np.where(orders.was_paid, orders.refund, 0)),
            "net_amount": net,
            "cost_amount": money(orders.cost),
            "n_lines": orders.n_lines,
            "n_items": orders.n_items,
            "is_presale": orders.is_presale,
            "is_known": group != -1,
            "evidence": where(group == -1, None, tied),
        }
    )


TOTALS = (
    "n_orders",
    "n_sales",
    "n_lines",
    "n_items",
    "gross",
    "net",
    "sales_gross",
    "sales_discount",
    "sales_shipping",
    "sales_paid",
    "sales_refund",
)


def totals_of(block: Block) -> Ints:
    """Return the sums of a block by [layout, total]; money in fen."""
    orders = block.orders
    sale = orders.is_sale
    values = (
        np.ones(orders.n),
        sale,
        orders.n_lines,
        orders.n_items,
        orders.gross,
        orders.net,
        orders.gross * sale,
        orders.discount * sale,
        orders.shipping * sale,
        orders.paid * sale,
        orders.refund * sale,
    )
    layout = layout_of(orders)
    sums = [np.bincount(layout, value, minlength=len(LAYOUTS)) for value in values]
    return np.array(sums).T.round().astype(np.int64)


def totals_truth(sums: Ints) -> pa.Table:
    """Return the sums of every order file: what a load must arrive at, as far as the file shows it.

    `gross_amount` is of all orders; the `sales_` sums are of sales alone, because platforms differ in what
    they write for orders that were cancelled. Youzan shows neither lines nor gross amounts.
    """
    columns = {"layout": pa.array(LAYOUTS), "platform": pa.array([*PLATFORMS, "taobao"])}
    for number, name in enumerate(TOTALS):
        is_count = name.startswith("n_")
        columns[name if is_count else f"{name}_amount"] = (
            pa.array(sums[:, number]) if is_count else money(sums[:, number])
        )
    return pa.table(columns)
