"""What comes back from messages: signed links, what people do with them, and what providers tell."""

from quanyu.act.track.agent import agent_of
from quanyu.act.track.back import BACK
from quanyu.act.track.record import record_responses
from quanyu.act.track.token import Token, read, written

__all__ = ["BACK", "Token", "agent_of", "read", "record_responses", "written"]
