"""What is noted of every record beside its cells: columns of its parsed file."""

from __future__ import annotations

LINE, REASON, SEEN = "_line", "_reason", "_seen_at"
SKIP, ODD, LOST = "_skip", "_odd", "_lost"
SEQ = "_seq"
"""The place of its file among those that are brought together, oldest first, in rows of several files."""
