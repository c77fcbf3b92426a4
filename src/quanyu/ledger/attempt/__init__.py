"""Attempts to sign in, counted so that guessing takes long."""

from quanyu.ledger.attempt.attempt import Tried, begin_attempt, forget_attempt, mark_good

__all__ = ["Tried", "begin_attempt", "forget_attempt", "mark_good"]
