"""Sources of live events: a key each, and how the client of its kind is set up."""

from quanyu.collect.collector.source.source import ADD_SOURCE, REVOKE_SOURCE, snippets

__all__ = ["ADD_SOURCE", "REVOKE_SOURCE", "snippets"]
