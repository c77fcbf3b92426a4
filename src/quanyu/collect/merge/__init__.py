"""Rows of several files and of what is known become one per key."""

from quanyu.collect.merge import bring, rejoin, whole
from quanyu.collect.merge.bring import Staged
from quanyu.collect.merge.double import doubles
from quanyu.collect.merge.namesake import namesakes

__all__ = ["Staged", "bring", "doubles", "namesakes", "rejoin", "whole"]
