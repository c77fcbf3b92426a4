"""Sends as a queue that workers work off."""

from quanyu.ledger.send.send import (
    ClaimedSend,
    SettledSend,
    claim_sends,
    close_sends,
    lost_sends,
    settle_sends,
)

__all__ = ["ClaimedSend", "SettledSend", "claim_sends", "close_sends", "lost_sends", "settle_sends"]
