"""What became of every promotion, in words."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.decide.promotion.engine import Verdict
from quanyu.decide.promotion.money import yuan
from quanyu.text import Sentence, Text

WORDS: Mapping[str, Text] = {
    "applied": "It is applied.",
    "early": "It has not begun.",
    "late": "It is over.",
    "code": "Its coupon was not handed over.",
    "person": "Its condition does not hold for this person and basket, or is not known.",
    "items": "No line is of it.",
    "short": "{amount} more reach it.",
    "few": "{n} more units reach it.",
    "excluded": "{by} is taken instead: they exclude each other.",
    "worse": "Without it the customer pays less.",
    "dearer": "Another price is lower.",
    "nothing": "There is nothing left that it could take off.",
    "budget": "Its budget is not enough.",
    "uses": "It was used as often as it may be.",
    "floor": "The price would fall below its floor.",
}


def said(verdict: Verdict) -> Sentence:
    """Return why a promotion is applied or not.

    >>> str(said(Verdict("spring", "short", missing=1)))
    '0.01 more reach it.'
    """
    return Sentence(WORDS[verdict.why], amount=yuan(verdict.missing), n=verdict.missing, by=verdict.by)


__all__ = ["WORDS", "said"]
