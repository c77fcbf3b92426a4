"""Pulls: how far a source that is asked for its rows has been read, and what it looked like."""

from quanyu.ledger.pull.pull import PullState, find_pull, keep_pull, list_pulls

__all__ = ["PullState", "find_pull", "keep_pull", "list_pulls"]
