"""What simulated people leave behind in files: identifiers, visits, clicks, reviews."""

from quanyu.world.trace import placement, sighting, traffic, visit, voice

__all__ = ["placement", "sighting", "traffic", "visit", "voice"]
