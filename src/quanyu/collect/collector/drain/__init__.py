"""From log to tables: acknowledged events become rows, identity calls links and members, the rest rejects."""

from quanyu.collect.collector.drain.draining import Drained, drain, position, waiting_bytes

__all__ = ["Drained", "drain", "position", "waiting_bytes"]
