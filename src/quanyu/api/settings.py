"""What the API can be told: how often a key may ask, and how large a file may be."""

from __future__ import annotations

from pydantic import Field

from quanyu.settings.section import Section


class ApiSettings(Section, name="api"):
    """The API for programs."""

    per_minute: int = Field(default=600, ge=1)
    """Requests that one key may make in a minute."""
    file_megabytes: int = Field(default=1000, ge=1)
    """The largest file that may be handed over; what was handed over is removed after a day."""
