"""Journeys: documents in versions, who is on their way through them, and every move on record."""

from quanyu.ledger.journey import documents, road
from quanyu.ledger.journey.documents import Journey, JourneyStatus
from quanyu.ledger.journey.enrolment import Enrolment, Move

__all__ = ["Enrolment", "Journey", "JourneyStatus", "Move", "documents", "road"]
