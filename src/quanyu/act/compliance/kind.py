"""Kinds of findings as a table: the article, how grave it is, why, what to do, and for which goods it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from quanyu.text import Text

Severity = Literal["blocked", "warn", "note"]
"""`blocked` must not be sent; `warn` needs proof or a person's eye; `note` is allowed as it stands, and why."""
Category = Annotated[
    Literal[
        "general", "food", "health_food", "infant_food", "medicine", "device", "cosmetics", "alcohol", "education",
        "finance", "property",
    ],
    Text,
]  # fmt: skip
"""What is advertised; each has rules of its own beside those for everything."""
CATEGORIES: tuple[Category, ...] = (
    "general", "food", "health_food", "infant_food", "medicine", "device", "cosmetics", "alcohol", "education", "finance", "property",
)  # fmt: skip
"""Every category, in the order in which they are offered."""
MEDICAL: tuple[Category, ...] = ("medicine", "device")
HEALTH: tuple[Category, ...] = ("medicine", "device", "health_food", "infant_food")


@dataclass(frozen=True)
class Kind:
    """What a finding means. `only` are the categories for which it holds (all, if none), `never` those for which not."""

    article: str
    severity: Severity
    why: Text
    suggestion: Text
    only: tuple[Category, ...] = ()
    never: tuple[Category, ...] = ()

    def holds_for(self, category: Category) -> bool:
        """Say whether it holds for what is advertised."""
        return category not in self.never and (not self.only or category in self.only)


ABSOLUTE, FALSE = "广告法 9(3)", "广告法 28"
SOURCE: Text = "Name the source, the period and the range in the same sentence, and keep the proof."
KINDS: Mapping[str, Kind] = {
    "absolute": Kind(ABSOLUTE, "blocked", "An absolute term: it says that nothing else is as good.",
                     "Say what it does, in a figure that can be proved, instead of a rank."),
    "rank": Kind(ABSOLUTE, "blocked", "A rank without the period, the range and the source that would prove it.", SOURCE),
    "only": Kind(ABSOLUTE, "blocked", "A claim to be the only one, which nobody can prove of a market.", "Leave the claim out."),
    "exclusive": Kind(FALSE, "warn", "A claim to be first, new or alone, which needs its proof.",
                      "Keep the proof, and name it in the text; else leave the claim out."),
    "certain": Kind("广告法 9(3), 28", "blocked", "A promise without exception, which no goods can keep.",
                    "Say under which conditions it was measured, and the result."),
    "weak": Kind("广告法 28", "warn",
                    "An absolute word; as a fact about the goods it needs its proof.", "Keep the proof, such as a test report."),
    "famous": Kind("商标法 14", "blocked", "The words 驰名商标 may not advertise.", "Leave it out; name the trade mark alone."),
    "exempt": Kind(FALSE, "blocked", "The state exempts no goods from inspection since 2008.", "Leave it out."),
    "promise": Kind("广告法 28, 消费者权益保护法 16", "warn", "A promise that has to be kept to the word.",
                    "Say the conditions, and make sure that the shop keeps it."),
    "medicated": Kind("化妆品监督管理条例 43", "blocked", "No cosmetics are medicine; the word is not allowed.", "Leave it out."),
    "state": Kind("广告法 9(1), 9(2)", "blocked", "The state, its organs or its symbols are used to advertise.", "Leave it out."),
    "superstition": Kind("广告法 9(7), 9(8)", "blocked", "Superstition, gambling or obscenity.", "Leave it out."),
    "medical": Kind("广告法 17", "blocked", "Words of medical treatment for goods that are not medicine.",
                    "Describe ingredients, taste, feel or use; leave effects on illness out.", never=MEDICAL),
    "guarantee": Kind("广告法 16, 18", "blocked",
                    "A promise of effect or safety, a comparison with medicine, or somebody who vouches for it.",
                      "Leave it out; say only what the approved text says.", only=HEALTH),
    "cosmetic": Kind("化妆品监督管理条例 43", "blocked", "A medical or unproved effect of cosmetics.",
                     "Use the effect as it was registered.", only=("cosmetics",)),
    "infant": Kind("广告法 20", "blocked", "Food for infants is set beside mother's milk.", "Leave the comparison out."),
    "alcohol": Kind("广告法 23", "blocked", "It invites to drink without measure, or speaks of an effect of alcohol.",
                    "Speak of taste, origin or craft.", only=("alcohol",)),
    "education": Kind("广告法 24", "blocked", "A promise about exams, or somebody near them, to advertise teaching.",
                      "Describe lessons, hours and teachers."),
    "finance": Kind("广告法 25", "blocked", "A promise of return or safety for an investment.",
                    "Say what can be lost, and leave the promise out."),
    "property": Kind("广告法 26", "blocked", "A promise of rising value, of return or of a school with a home.",
                     "State area, distance by road and price.", only=("property",)),
    "disparage": Kind("广告法 13", "blocked",
                    "It runs down what others sell.", "Compare nothing, or a measured figure with its source."),
    "minors": Kind("广告法 40", "blocked", "It urges children to have their parents buy.", "Speak to the parents."),
    "urgency": Kind("广告法 28, 消费者权益保护法 20", "warn", "Pressure to buy at once; it must be true to the day.",
                    "Name the day and hour at which the offer ends, or how many there are."),
    "price": Kind("明码标价和禁止价格欺诈规定 16, 17, 19", "warn", "A price to compare with, which the price history must bear out.",
                  "Check it against the prices paid in the 7 days before, and say what it is."),
    "english": Kind(ABSOLUTE, "blocked", "An absolute term: it says that nothing else is as good.",
                    "Say what it does, in a figure that can be proved, instead of a rank."),
    "english_certain": Kind("广告法 9(3), 28", "blocked", "A promise without exception, which no goods can keep.",
                            "Say under which conditions it was measured, and the result."),
    "figure": Kind("广告法 11", "warn", "A figure that is to convince, without its source.", SOURCE),
    "patent": Kind("广告法 12", "warn", "A patent without its number and kind.", "Add the number and the kind of the patent."),
    "applied_patent": Kind("广告法 12", "blocked", "A patent that was not granted, or has ended, cannot advertise.", "Leave it out."),
    "gift": Kind("广告法 8, 明码标价和禁止价格欺诈规定 18", "warn", "A gift without its name and how many of it.",
                 "Say what is given, its size and how many, for how long and how."),
    "lottery": Kind("反不正当竞争法 (有奖销售), 规范促销行为暂行规定", "warn", "A lottery without its rules.",
                    "Say prizes, odds or how many win, the period, and how prizes are paid."),
    "prize": Kind("反不正当竞争法 (有奖销售)", "blocked",
                    "A prize above 50,000 yuan may not be drawn.", "Make it 50,000 yuan at most."),
    "mark": Kind("广告法 14, 互联网广告管理办法 9", "warn",
                    "A recommendation or a test with something to buy does not say that it is an advertisement.",
                 "Put the word 广告 where it is seen first."),
    "missing": Kind("广告法 16, 18, 25", "blocked", "A sentence that the law asks for with these goods is missing.",
                    "Add: {sentence}"),
}  # fmt: skip
