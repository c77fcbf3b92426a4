"""When simulated people buy, and what."""

from quanyu.world.sale.orders import Orders, make_orders
from quanyu.world.sale.purchase import draw_purchases, left_for_ever
from quanyu.world.sale.status import STATUSES, Status

__all__ = ["STATUSES", "Orders", "Status", "draw_purchases", "left_for_ever", "make_orders"]
