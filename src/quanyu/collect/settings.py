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


class LogSettings(Section, name="log"):
    """How much the log of what clients post may hold, and how often it is brought into the tables."""

    segment_mb: int = Field(default=64, ge=1, le=1024)
    """Megabytes after which the log goes on in a new file."""
    segment_seconds: float = Field(default=3600, gt=0)
    """Seconds after which the log goes on in a new file, so that an old one can be removed."""
    backlog_mb: int = Field(default=64, ge=1)
    """Megabytes that may wait to be written; clients are told to come again when there are more."""
    room_mb: int = Field(default=256, ge=0)
    """Megabytes that stay free on the disk: the log takes nothing more below, so that it can still be brought into the tables."""
    drain_seconds: float = Field(default=10, gt=0, le=60)
    """Seconds between two times at which what was posted is brought into the tables."""
    keep_days: float = Field(default=7, ge=0)
    """Days for which files of the log stay after all of them is in the tables, to look into them."""


class PullSettings(Section, name="pull"):
    """Services that are asked over HTTP for what is new."""

    allow_private: bool = False
    """Whether a service may be inside one's own network, and be asked without TLS."""
