"""Pulling: databases and services are asked for what is new, which is loaded by a layout as files are."""

from quanyu.collect.pull.action import LIST_PULLS, PULL, pauses
from quanyu.collect.pull.declare import read_source
from quanyu.collect.pull.pulling import Pulled, pull

__all__ = ["LIST_PULLS", "PULL", "Pulled", "pauses", "pull", "read_source"]
