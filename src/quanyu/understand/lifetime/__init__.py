"""Models of how long people stay customers, how often they buy and for how much, fitted and tested."""

from quanyu.understand.lifetime.history import Trade, histories, purchase_days, trade, weekly_repeats
from quanyu.understand.lifetime.lifetime import Lifetime, estimate_of, numbered
from quanyu.understand.lifetime.lifetime_check import WITHDRAWN
from quanyu.understand.lifetime.lifetime_score import HIGH, LOW, group_of
from quanyu.understand.lifetime.order_value import AVERAGE, MONEY, OrderValue, worth_of
from quanyu.understand.lifetime.purchase_log import Known, PurchaseLog, joined

__all__ = [
    "AVERAGE",
    "HIGH",
    "LOW",
    "MONEY",
    "WITHDRAWN",
    "Known",
    "Lifetime",
    "OrderValue",
    "PurchaseLog",
    "Trade",
    "estimate_of",
    "group_of",
    "histories",
    "joined",
    "numbered",
    "purchase_days",
    "trade",
    "weekly_repeats",
    "worth_of",
]
