"""From records to the rows of tables: gathered, continued in other files, linked to people."""

from quanyu.collect.rows import continuation, gather, linking

__all__ = ["continuation", "gather", "linking"]
