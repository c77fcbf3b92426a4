"""What the console can be told: under which names it is reached, behind which proxy, and how long a session is valid."""

from __future__ import annotations

from pydantic import Field

from quanyu.settings.section import Section


class WebSettings(Section, name="web"):
    """The console where other machines reach it."""

    hosts: tuple[str, ...] = ()
    """Names under which it is reached besides those of this machine, such as "quanyu.example.cn"; others are refused."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies whose word counts on who asks and whether by https: X-Forwarded-For, X-Forwarded-Proto."""
    idle_hours: int = Field(default=12, ge=1, le=720)
    """A session ends after so many hours without anything done."""
    session_days: int = Field(default=14, ge=1, le=90)
    """A session ends after so many days in any case."""
