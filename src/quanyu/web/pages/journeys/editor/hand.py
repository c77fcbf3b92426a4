"""Whom the fields of a form tell of what is written, and a step in its place."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

from quanyu.web.pages.journeys.journey_steps import Part, kind_of
from quanyu.web.view import View

FIELD = "outlined dense options-dense"


class Heard(Protocol):
    """Who hears of every change."""

    view: View

    def changed(self) -> Awaitable[None]:
        """Hear that a value has changed."""


class Hand(Heard, Protocol):
    """Who draws the steps anew where their number or order has changed, and places those inside of others."""

    def redraw(self, focus: str = "") -> Awaitable[None]:
        """Draw the steps anew, and go on at one of them."""

    def nested(self, label: str, part: Part, number: str) -> None:
        """Place the steps of a way."""


@dataclass(frozen=True)
class At:
    """A step in its place: the number by which it is known, and the word it is written with."""

    step: dict[str, Any]
    number: str

    @property
    def word(self) -> str:
        """The word of its kind."""
        return kind_of(self.step)

    @property
    def written(self) -> Any:
        """What it is given."""
        return self.step[self.word]

    def write(self, value: Any) -> None:
        """Give it something else."""
        self.step[self.word] = value

    def name(self, field: str) -> str:
        """Return the name of one of its controls."""
        return f"{field}-{self.number}"
