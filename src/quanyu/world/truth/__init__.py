"""What was planted, as Arrow tables: to compare with what a system finds, never to be read by a method."""

from quanyu.world.truth.cause import (
    calendar_truth,
    campaigns_truth,
    channels_truth,
    items_truth,
    media_truth,
)
from quanyu.world.truth.person import campaign_people_truth, identities_truth, people_truth
from quanyu.world.truth.sale import LAYOUTS, TOTALS, orders_truth, totals_of, totals_truth

__all__ = [
    "LAYOUTS",
    "TOTALS",
    "calendar_truth",
    "campaign_people_truth",
    "campaigns_truth",
    "channels_truth",
    "identities_truth",
    "items_truth",
    "media_truth",
    "orders_truth",
    "people_truth",
    "totals_of",
    "totals_truth",
]
