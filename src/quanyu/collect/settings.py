"""What the stage collect can be told."""

from __future__ import annotations

from pydantic import Field

from quanyu.settings.section import Section


class QualitySettings(Section, name="quality"):
    """Limits that stop a run before derived tables change: share of bad rows, per check or `table.check`."""

    stop: dict[str, float] = Field(default_factory=dict)
    """Highest allowed share of bad rows (0 to 1) by check, or by `table.check`; more stops the run."""
