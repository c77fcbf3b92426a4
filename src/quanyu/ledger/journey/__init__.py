"""Journeys: documents in versions, who is on their way through them, and every move on record."""

from quanyu.ledger.journey import documents, made, road
from quanyu.ledger.journey.documents import Journey, JourneyStatus
from quanyu.ledger.journey.enrolment import Move

__all__ = ["Journey", "JourneyStatus", "Move", "documents", "made", "road"]
