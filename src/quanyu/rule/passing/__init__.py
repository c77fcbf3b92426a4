"""What time alone does to rules: whether days change them but by rows, and the edges that rows pass."""

from quanyu.rule.passing.passing import asked, begins, edges, is_past

__all__ = ["asked", "begins", "edges", "is_past"]
