"""From log to tables: acknowledged events become rows, identity calls links and members, the rest rejects."""

from quanyu.collect.collector.drain.action import DRAIN
from quanyu.collect.collector.drain.draining import Drained, drain, position, waiting_bytes

__all__ = ["DRAIN", "Drained", "drain", "position", "waiting_bytes"]
