"""What a text says without what the law wants beside it: sources, numbers, rules, marks and fixed sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from quanyu.act.compliance.kind import Category
from quanyu.act.compliance.permit import declared, filled

PRIZE_LIMIT = 50_000
"""Yuan: the largest prize that may be drawn (反不正当竞争法)."""


@dataclass(frozen=True)
class Want:
    """A pattern that makes a finding of a kind unless the same sentence (or the text, if `anywhere`) has what it needs."""

    kind: str
    pattern: str
    needs: str = ""
    beside: str = ""
    anywhere: bool = False


@cache
def wants() -> tuple[Want, ...]:
    """Read the declared wants, once."""
    return tuple(Want(**{**entry, "needs": filled(entry.get("needs", ""))}) for entry in declared()["want"])


FIXED: Mapping[Category, tuple[tuple[str, str], ...]] = {
    "health_food": (("本品不能代替药物", r"(?:本品)?不能代替药物"),),
    "medicine": (("请按药品说明书或者在药师指导下购买和使用",
                  r"请按药品说明书或者?在药师指导下购买和使用|本广告仅供医学药学专业人士阅读"),),
    "device": (("请仔细阅读产品说明书或者在医务人员的指导下购买和使用",
                r"请仔细阅读产品说明书或者?在医务人员的?指导下购买和使用"),),
    "finance": (("投资有风险，决策需谨慎", r"(?:投资|市场|理财|基金|入市|借贷|融资|加盟|招商).{0,4}有风险|风险提示|风险自担|谨慎"),),
}  # fmt: skip
"""What a text about these must say: the sentence to add, and the pattern that finds it without its punctuation."""


def lacking(text: str) -> Iterator[tuple[str, int, int]]:
    """Return the kind and place of what stands in a folded text without what it needs."""
    for want in wants():
        for found in re.finditer(want.pattern, text):
            sentence = _sentence(text, *found.span())
            around = text if want.anywhere else sentence
            is_meant = not want.beside or re.search(want.beside, around)
            if is_meant and not (want.needs and re.search(want.needs, around)):
                yield want.kind, *found.span()
    yield from _large_prizes(text)


def missing(dense: str, category: Category) -> list[str]:
    """Return the sentences that a text about a category must have and has not."""
    return [sentence for sentence, pattern in FIXED.get(category, ()) if not re.search(pattern, dense)]


def _large_prizes(text: str) -> Iterator[tuple[str, int, int]]:
    for found in re.finditer(r"(\d[\d,]*(?:\.\d+)?) ?([万w])?元?", text):
        value = float(found[1].replace(",", "")) * (10_000 if found[2] else 1)
        sentence = _sentence(text, *found.span())
        is_money = found[0].endswith(("元", "万", "w"))
        if (
            is_money
            and value > PRIZE_LIMIT
            and re.search(r"抽奖|抽中|大奖|一等奖|特等奖|头奖|中奖", sentence)
        ):
            yield "prize", *found.span()


def _sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around a place."""
    before = re.split(r"[。!?!?\n]", text[max(0, start - 120) : start])[-1]
    after = re.split(r"[。!?!?\n]", text[end : end + 120])[0]
    return before + text[start:end] + after
