"""How a shop speaks: the language, money and time zone in which values are written into messages."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.text import Language
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Voice:
    """The language of days and footers, the currency of money, the zone of times, and the name under which the shop writes."""

    language: Language = "zh"
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    shop: str = ""

    @classmethod
    def of(cls, ws: Workspace) -> Voice:
        """Return how the shop of a workspace speaks."""
        given = ws.settings
        return cls(given.speech, given.currency, given.timezone, given.name)
