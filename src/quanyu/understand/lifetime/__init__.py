"""Models of how long people stay customers, how often they buy and for how much, fitted and tested."""

from quanyu.understand.lifetime import (
    history,
    lifetime,
    lifetime_check,
    lifetime_score,
    order_value,
    purchase_log,
)

__all__ = ["history", "lifetime", "lifetime_check", "lifetime_score", "order_value", "purchase_log"]
