"""Live events, as developers of trackers look at them: what was posted last, and how it was read."""

from quanyu.collect.collector.live.live import LATEST_EVENTS, STATES, Seen, State

__all__ = ["LATEST_EVENTS", "STATES", "Seen", "State"]
