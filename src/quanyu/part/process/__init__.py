"""Processes: what a server can be asked to do, all in one or each on its own."""

from quanyu.part.process.process import Process, processes

__all__ = ["Process", "processes"]
