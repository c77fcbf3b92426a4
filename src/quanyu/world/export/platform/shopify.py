"""Shopify: one row per line item, the order's own fields only on the first line of each Name."""

from __future__ import annotations

import numpy as np

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.export.dirt import Dirt
from quanyu.world.export.writer import PLAIN, Folder
from quanyu.world.lettering import Flags, Ints, Text, constant, join, pick, stamp, text, where, yuan
from quanyu.world.platform import OWN
from quanyu.world.sale import Status
from quanyu.world.setting import Setting

HEADER: tuple[str, ...] = (
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    *(
        f"{kind} {part}"
        for kind in ("Billing", "Shipping")
        for part in (
            "Name",
            "Street",
            "Address1",
            "Address2",
            "Company",
            "City",
            "Zip",
            "Province",
            "Country",
            "Phone",
        )
    ),
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    *(f"Tax {number} {part}" for number in range(1, 6) for part in ("Name", "Value")),
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
)
DIRT = (
    Dirt("bad date", "orders", "Created at", "2026-13-45 25:61:00 +0800", "Name", 1),
    Dirt("future date", "orders", "Created at", "2099-01-01 00:00:00 +0800", "Name", 1),
)


def write_shopify(folder: Folder, setting: Setting, block: Block) -> None:
    """Write the block's orders of the own site."""
    lines = np.flatnonzero((block.orders.platform == OWN)[block.orders.lines.order])
    given = _lines(setting, block, lines)
    is_first = block.orders.lines.number[lines] == 1
    given |= {name: where(is_first, column, None) for name, column in _orders(block, lines).items()}
    empty = where(np.zeros(len(lines), dtype=bool), constant("", len(lines)), None)
    folder.csv("orders/shopify_orders.csv", {name: given.get(name, empty) for name in HEADER}, PLAIN, DIRT)


def _lines(setting: Setting, block: Block, lines: Ints) -> dict[str, Text]:
    orders, catalogue = block.orders, setting.catalogue
    order, item = orders.lines.order[lines], orders.lines.item[lines]
    n = len(lines)
    return {
        "Name": naming.order_id(orders, order),
        "Lineitem quantity": text(orders.lines.quantity[lines]),
        "Lineitem name": pick(catalogue.name, item),
        "Lineitem price": yuan(orders.lines.list_price[lines]),
        "Lineitem sku": pick(catalogue.item_id, item),
        "Lineitem requires shipping": constant("true", n),
        "Lineitem taxable": constant("true", n),
        "Vendor": pick(catalogue.brand, item),
        "Lineitem fulfillment status": where(orders.status[order] == Status.SHIPPED, "fulfilled", "pending"),
        "Lineitem discount": yuan(orders.lines.discount[lines]),
    }


def _financial(orders: object, refund: Ints, was_paid: Flags, is_closed: Flags) -> Text:
    partly = where(refund > 0, "partially_refunded", "paid")
    return where(was_paid, where(is_closed, "refunded", partly), where(is_closed, "voided", "pending"))


def _orders(block: Block, lines: Ints) -> dict[str, Text]:
    orders, people = block.orders, block.people
    order, n = orders.lines.order[lines], len(lines)
    person, status, was_paid = orders.person[order], orders.status[order], orders.was_paid[order]
    shown = block.sightings.phone[order]
    phone = where(shown > 0, join("+86 ", text(shown)), None)
    name, province = naming.full_name(people, person), naming.province(people, person)
    fulfilled = status == Status.SHIPPED
    subtotal = (orders.gross - orders.discount)[order]
    return {
        "Email": naming.untidy_mail(people.mail[person], orders.number[order]),
        "Financial Status": _financial(orders, orders.refund[order], was_paid, status == Status.CLOSED),
        "Paid at": where(was_paid, _offset(orders.paid_at[order]), None),
        "Fulfillment Status": where(fulfilled, "fulfilled", "unfulfilled"),
        "Fulfilled at": where(fulfilled, _offset(orders.paid_at[order] + 86_400), None),
        "Accepts Marketing": where(people.given[person] % 4 > 0, "yes", "no"),
        "Currency": constant("CNY", n),
        "Subtotal": yuan(subtotal),
        "Shipping": yuan(orders.shipping[order]),
        "Taxes": constant("0.00", n),
        "Total": yuan(orders.payable[order]),
        "Discount Code": where(orders.has_coupon[order], "SAVE50", None),
        "Discount Amount": yuan(orders.discount[order]),
        "Shipping Method": constant("Standard", n),
        "Created at": _offset(orders.ordered[order]),
        "Billing Name": name,
        "Shipping Name": name,
        "Shipping Street": naming.street(people, person),
        "Shipping City": naming.city(people, person),
        "Shipping Country": constant("CN", n),
        "Shipping Province Name": province,
        "Shipping Phone": phone,
        "Cancelled at": where(status == Status.CLOSED, _offset(orders.paid_at[order] + 4 * 86_400), None),
        "Payment Method": constant("Alipay", n),
        "Refunded Amount": yuan(orders.refund[order]),
        "Outstanding Balance": yuan(np.where(was_paid | (status == Status.CLOSED), 0, orders.payable[order])),
        "Id": text(5_500_000_000_000 + orders.number[order]),
        "Risk Level": constant("Low", n),
        "Source": constant("web", n),
        "Phone": phone,
    }


def _offset(seconds: Ints) -> Text:
    return join(stamp(seconds), " +0800")
