"""Sources of events: whose write key opens the collector."""

from quanyu.ledger.source.source import Source, add_source, find_source, list_sources, revoke_source

__all__ = ["Source", "add_source", "find_source", "list_sources", "revoke_source"]
