"""What is offered to whom."""

from quanyu.tables.owned.offer.recommended import RECOMMENDED, RECOMMENDERS_KNOWN, SOURCES, UNUSED

__all__ = ["RECOMMENDED", "RECOMMENDERS_KNOWN", "SOURCES", "UNUSED"]
