"""How a company divides its marketing money at first, when nothing has been measured yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PRESETS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "start": MappingProxyType({"reach": 0.50, "convert": 0.30, "keep": 0.05, "try": 0.15}),
        "growth": MappingProxyType({"reach": 0.40, "convert": 0.35, "keep": 0.15, "try": 0.10}),
        "mature": MappingProxyType({"reach": 0.25, "convert": 0.35, "keep": 0.30, "try": 0.10}),
    }
)
"""Shares by job and stage: reach new people, convert those who search, keep buyers, try what is new.

A convention to start from (40/35/15/10 in growth), no finding: the first curves replace it.
"""


@dataclass(frozen=True)
class Start:
    """What one job gets: its share, and the money per day where a total is known."""

    job: str
    share: float
    amount: float | None


def start(stage: str, total: float | None) -> tuple[Start, ...]:
    """Return how to begin at a stage of the company.

    >>> [(part.job, part.amount) for part in start("growth", 1000.0)]
    [('reach', 400.0), ('convert', 350.0), ('keep', 150.0), ('try', 100.0)]
    """
    return tuple(
        Start(job, share, None if total is None else round(share * total, 2))
        for job, share in PRESETS[stage].items()
    )
