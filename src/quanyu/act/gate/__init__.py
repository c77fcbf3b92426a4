"""The gates that every person of an audience passes before a message leaves."""

from quanyu.act.gate.gate import REASONS, Ask, gated
from quanyu.act.gate.hours import Hours, moment, zone_named

__all__ = ["REASONS", "Ask", "Hours", "gated", "moment", "zone_named"]
