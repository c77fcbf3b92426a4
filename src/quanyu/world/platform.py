"""Where a simulated shop sells: its platforms, and their numbers in every array."""

from __future__ import annotations

PLATFORMS = ("taobao", "jd", "douyin", "youzan", "own")
TAOBAO, JD, DOUYIN, YOUZAN, OWN = range(len(PLATFORMS))
