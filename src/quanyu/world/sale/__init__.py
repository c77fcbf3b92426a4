"""When simulated people buy, and what."""

from quanyu.world.sale.orders import (
    CLOSED,
    COMPLETED,
    DOUYIN,
    JD,
    OWN,
    PLACED,
    SHIPPED,
    STATUSES,
    TAOBAO,
    YOUZAN,
    Orders,
    make_orders,
)
from quanyu.world.sale.purchase import clock, draw_purchases, left_for_ever

__all__ = [
    "CLOSED",
    "COMPLETED",
    "DOUYIN",
    "JD",
    "OWN",
    "PLACED",
    "SHIPPED",
    "STATUSES",
    "TAOBAO",
    "YOUZAN",
    "Orders",
    "clock",
    "draw_purchases",
    "left_for_ever",
    "make_orders",
]
