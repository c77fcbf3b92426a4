"""The colours of charts: one accent, grey for what is compared, one for what is proposed."""

from __future__ import annotations

ACCENT, GHOST, FAINT, INK, MUTED = "#2457c5", "#aab4c3", "#d5dbe5", "#1b2430", "#667085"
LINE = "#e6e9ee"
SCALE = ("#f4f7fe", "#c9d8f8", "#86a6ea", "#2457c5")
PROPOSED = "#e07b00"
