"""What robots have in common: a text in, an object out, signed, and a code that says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quanyu.act.channel.message import Content, Status, cut
from quanyu.text import Text

Meaning = tuple[Status, str, float]
CONFIGURATION: Meaning = ("configuration", "robot_refused", 0)
PASSING: Meaning = ("retry", "provider_down", 60)
REFUSED: Meaning = ("permanent", "refused", 0)
REASONS: Mapping[str, Text] = {
    "robot_refused": "The robot does not take the address, the signature, the keyword or the place it is asked from",
}


def throttled(seconds: float) -> Meaning:
    """Return that a robot was asked too often, and how long it then hears nothing."""
    return "later", "throttled", seconds


@dataclass(frozen=True)
class Robot:
    """A kind of robot: how it takes a text, what its codes mean (`code` names where they stand), how it is signed."""

    wrap: Callable[[str], dict[str, Any]]
    most_bytes: int
    codes: Mapping[int, Meaning]
    code: str = "errcode"
    query: Callable[[str, float], str] | None = None
    fields: Callable[[str, float], Mapping[str, str]] | None = field(default=None)

    def body(self, content: Content) -> dict[str, Any]:
        """Return a content as the robot takes it, cut where it is too long."""
        lines = [content.subject, content.text, content.link]
        return self.wrap(cut("\n".join(line for line in lines if line), self.most_bytes))

    def meaning(self, said: Mapping[str, Any]) -> Meaning | None:
        """Return what an answer means; None: the robot has said it in the group."""
        code = said.get(self.code)
        return (
            None if code == 0 else self.codes.get(code, REFUSED) if isinstance(code, int) else CONFIGURATION
        )
