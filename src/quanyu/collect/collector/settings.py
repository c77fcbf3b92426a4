"""What the collector can be told."""

from __future__ import annotations

from quanyu.settings.section import Section


class CollectorSettings(Section, name="collector"):
    """Where clients reach the collector, and how much it takes at once."""

    url: str = "http://127.0.0.1:8082"
    """Address under which clients reach the collector, such as `https://c.example.cn`: it stands in the snippets."""
    most_bytes: int = 4_000_000
    """Most bytes of one request, unpacked; larger ones are answered with 413."""
