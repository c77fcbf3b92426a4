"""Coupons and points that journeys grant: once, on record, taken back where they were not used."""

from quanyu.ledger.grant.grant import GRANTS, Grant, GrantStatus, list_grants, mark_used

__all__ = ["GRANTS", "Grant", "GrantStatus", "list_grants", "mark_used"]
