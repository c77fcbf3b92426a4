"""Traits that people are given rather than worked out."""

from quanyu.ledger.given_trait.given_trait import changed_since, declare, follow, give, kinds, stream

__all__ = ["changed_since", "declare", "follow", "give", "kinds", "stream"]
