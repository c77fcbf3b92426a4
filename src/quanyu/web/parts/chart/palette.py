"""The colours of charts: one accent, grey for what is compared, one for what is proposed."""

from __future__ import annotations

ACCENT, GHOST, FAINT, INK, MUTED = "#2457c5", "#aab4c3", "#d5dbe5", "#1b2430", "#667085"
LINE = "#e6e9ee"
SCALE = ("#f4f7fe", "#c9d8f8", "#86a6ea", "#2457c5")
PROPOSED = "#e07b00"
LINES = (
    ("#2457c5", False), ("#c2570c", False), ("#17804f", False), ("#a8327e", False),
    ("#0b7f93", True), ("#7a5b00", True), ("#6b46c1", True), ("#5b6472", True),
)  # fmt: skip
"""Colours of lines beside each other, each at least 4.5:1 on white, and whether they are dashed: not told by colour alone."""
