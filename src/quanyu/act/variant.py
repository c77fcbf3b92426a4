"""A content among several for the same channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from pydantic import ConfigDict

from quanyu.act.channel import Content


@dataclass(frozen=True)
class Variant(Content):
    """One of several contents: its name, and its share of the people it could go to (none: what is left, in equal parts)."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str = "A"
    share: float | None = None

    @property
    def content(self) -> Content:
        """What it says."""
        return Content(**{item.name: getattr(self, item.name) for item in fields(Content)})


def names_of(contents: Sequence[Content]) -> list[str]:
    """Return what each of several contents is called: its own name, or a letter.

    >>> names_of([Content(text="x"), Variant(text="y", name="warm")])
    ['A', 'warm']
    """
    return [str(getattr(one, "name", "")) or chr(ord("A") + place % 26) for place, one in enumerate(contents)]


def shares(variants: Sequence[Variant]) -> dict[str, float]:
    """Return the share of each variant; those without one take equal parts of what is left.

    >>> shares([Variant(name="A", share=0.5), Variant(name="B"), Variant(name="C")])
    {'A': 0.5, 'B': 0.25, 'C': 0.25}
    """
    left = 1 - sum(one.share or 0 for one in variants)
    n_open = sum(one.share is None for one in variants)
    return {one.name: left / n_open if one.share is None else one.share for one in variants}
