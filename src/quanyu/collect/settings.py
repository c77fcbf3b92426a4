"""What the stage collect can be told."""

from __future__ import annotations

from pydantic import Field

from quanyu.settings.section import Section


class QualitySettings(Section, name="quality"):
    """Limits that stop a run before derived tables change: share of bad rows, per check or `table.check`."""

    stop: dict[str, float] = Field(default_factory=dict)
    """Highest allowed share of bad rows (0 to 1) by check, or by `table.check`; more stops the run."""


class CollectorSettings(Section, name="collector"):
    """Where the clients of trackers reach the collector, and how much it takes at once."""

    url: str = Field(default="http://127.0.0.1:8082", pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    """Address under which clients reach the collector, without a slash at its end: it stands in the snippets."""
    most_bytes: int = Field(default=4_000_000, ge=64_000, le=64_000_000)
    """Most bytes of one request, unpacked; larger ones are answered with 413."""
