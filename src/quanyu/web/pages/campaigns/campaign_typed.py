"""What stands in the form of a new campaign, and the brief that it makes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from quanyu.act.campaign import Brief
from quanyu.errors import CampaignError


@dataclass(eq=False)
class Way:
    """A channel that is tried, the kept content for it, and the share of each variant, in per cent, where it is given."""

    channel: str = ""
    kept: str = ""
    shares: dict[str, float | None] = field(default_factory=dict)


@dataclass
class Typed:
    """The fields of the form; shares in per cent, `at` in the shop's time, `exclude` names segments, `excluded` gives a condition."""

    name: str = ""
    goal: str = ""
    segment: str = ""
    rule: str = ""
    exclude: list[str] = field(default_factory=list)
    excluded: str = ""
    ways: list[Way] = field(default_factory=lambda: [Way()])
    when: str = "now"
    day: str = ""
    time: str = "10:00"
    is_local: bool = False
    spread_hours: float | None = None
    control: float | None = 20
    window_days: float | None = 14
    budget: float | None = None
    is_service: bool = False

    @property
    def whom(self) -> str:
        """The rule that finds its people; nothing while nothing says whom."""
        if not self.segment and not self.rule.strip():
            return ""
        return Brief("", (), {}, self.segment, self.rule.strip(), self.excludes).whom

    @property
    def excludes(self) -> tuple[str, ...]:
        """Who is left out: segments by name, and the condition."""
        quoted = (name.replace('"', '\\"') for name in self.exclude)
        named = tuple(f'in segment "{name}"' for name in quoted)
        return (*named, self.excluded.strip()) if self.excluded.strip() else named

    @property
    def is_begun(self) -> bool:
        """Whether enough stands there that it can be said what it would do."""
        is_timed = self.when != "at" or bool(self.day and self.time)
        return bool(self.whom and is_timed and all(way.channel and way.kept for way in self.ways))

    def fields(self) -> dict[str, Any]:
        """Return the fields of the brief as its file would have them. Raises `CampaignError` for a day or time that is none."""
        ways = {way.channel: way for way in self.ways if way.channel}
        return {
            "name": self.name.strip(), "goal": self.goal.strip(), "segment": self.segment, "rule": self.rule.strip(),
            "exclude": list(self.excludes), "channels": list(ways), "content": {name: _content(way) for name, way in ways.items()},
            "timing": self._timing(), "control_share": (self.control or 0) / 100, "window_days": int(self.window_days or 14),
            "budget_amount": self.budget, "is_service": self.is_service,
        }  # fmt: skip

    def _timing(self) -> dict[str, Any]:
        timing: dict[str, Any] = {"when": self.when, "spread_hours": self.spread_hours or 0}
        if self.when == "at":
            timing |= {"at": self._at(), "is_local": self.is_local}
        return timing

    def _at(self) -> dt.datetime:
        try:
            return dt.datetime.fromisoformat(f"{self.day}T{self.time}")
        except ValueError:
            raise CampaignError(
                "{value!r} is no day and time.",
                "Give a day such as 2026-11-20 and a time such as 10:00.",
                value=f"{self.day} {self.time}".strip(),
            ) from None


def _content(way: Way) -> dict[str, Any]:
    shares = {name: share / 100 for name, share in way.shares.items() if share is not None}
    return {"kept": way.kept, "shares": shares}
