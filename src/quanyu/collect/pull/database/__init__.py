"""Databases: rows of a table or query in the order of their cursor and key, batch by batch. The home of their drivers."""

from quanyu.collect.pull.database.engine import place_of
from quanyu.collect.pull.database.reading import Reading, open_reading

__all__ = ["Reading", "open_reading", "place_of"]
