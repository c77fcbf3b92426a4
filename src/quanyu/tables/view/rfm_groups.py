"""The eight groups of buyers by recency, frequency and money: what they are called, and what is usually done."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from quanyu.text import Language, Text


@dataclass(frozen=True)
class RfmGroup:
    """One of the eight groups: which axes are high, what it is called, and what is usually done."""

    group_id: str
    is_high: tuple[bool, bool, bool]
    zh: str
    en: str
    action: Text

    def name_in(self, language: Language) -> str:
        """Return what the group is called.

        >>> GROUPS[0].name_in("en")
        'Champions'
        """
        return self.zh if language == "zh" else self.en


GROUPS = (
    RfmGroup("champions", (True, True, True), "重要价值客户", "Champions",
             "VIP service and early access; no deep discount"),
    RfmGroup("promising", (True, False, True), "重要发展客户", "Promising big spenders",
             "Raise frequency: coupon for the next order, membership"),
    RfmGroup("at_risk", (False, True, True), "重要保持客户", "Valuable, slipping away",
             "Reactivate by personal contact"),
    RfmGroup("must_win_back", (False, False, True), "重要挽留客户", "Valuable, nearly lost",
             "Strong win-back before they are gone"),
    RfmGroup("loyal_small", (True, True, False), "一般价值客户", "Loyal small baskets",
             "Raise the basket: bundles and add-ons"),
    RfmGroup("new", (True, False, False), "一般发展客户", "New and occasional",
             "Welcome, and bring to the second order"),
    RfmGroup("fading", (False, True, False), "一般保持客户", "Fading regulars",
             "A light touch"),
    RfmGroup("lost", (False, False, False), "一般挽留客户", "Lost",
             "Leave out, or cheap channels only"),
)  # fmt: skip
"""In the order in which they are shown."""

BY_ID = MappingProxyType({group.group_id: group for group in GROUPS})
