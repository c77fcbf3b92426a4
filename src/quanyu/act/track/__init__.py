"""What comes back from messages: signed links, what people do with them, and what providers tell."""

from quanyu.act.track import visit
from quanyu.act.track.record import record_responses
from quanyu.act.track.token import Token, read, seal, written

__all__ = ["Token", "read", "record_responses", "seal", "visit", "written"]
