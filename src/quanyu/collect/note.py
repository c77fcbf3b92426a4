"""What is noted of every record beside its cells: columns of its parsed file."""

from __future__ import annotations

LINE, REASON, SEEN = "_line", "_reason", "_seen_at"
SKIP, ODD, LOST = "_skip", "_odd", "_lost"
