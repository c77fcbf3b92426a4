"""What is given back for units that come back: what was paid for them, or what the kept basket no longer deserves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from quanyu.decide.promotion.basket import Basket, Limit
from quanyu.decide.promotion.engine.quote import Quote, quote
from quanyu.decide.promotion.engine.rule_set import RuleSet
from quanyu.decide.promotion.money import half_up
from quanyu.errors import PromotionError

Units = Mapping[str, int]
"""How many units of each line, by line_id."""


class Refund(msgspec.Struct, frozen=True):
    """What is given back, in 分, of goods: in all, and of that by tender; the rest is cash.

    `gifts` are those that the kept basket no longer earns and that did not come back: they are charged.
    """

    amount: int
    tenders: tuple[tuple[str, int], ...]
    cash: int
    gifts: tuple[str, ...] = ()


def refund(
    rules: RuleSet, basket: Basket, back: Units, *, before: Units | None = None, gifts_back: tuple[str, ...] = (),
    policy: Literal["paid", "clawback"] = "paid", limits: Mapping[str, Limit] | None = None,
) -> Refund:  # fmt: skip
    """Return what is given back when units of a basket that was paid come back, after those that came back `before`.

    `paid`: what was paid for these units. `clawback`: what was paid and not given back yet, less what the kept units cost by
    themselves. Gifts that the kept units do not earn are charged at their value unless they come back too (by the name of
    their promotion), once. Whatever the order and the parts, all refunds together are what was paid for the goods.
    """
    quoted = quote(rules, basket, limits)
    earlier = {line.line_id: (before or {}).get(line.line_id, 0) for line in basket.lines}
    later = {line_id: n + back.get(line_id, 0) for line_id, n in earlier.items()}
    _check(basket, back, later)
    start = _given(rules, basket, quoted, earlier, policy, limits)
    end = _given(rules, basket, quoted, later, policy, limits)
    lost = _lost(rules, basket, quoted, later, limits)
    charged = [
        name for name in lost - _lost(rules, basket, quoted, earlier, limits) if name not in gifts_back
    ]
    worth = {name: gift.value * gift.n for name, gift, is_there in quoted.gifts if is_there}
    amount = max(end - start - sum(worth[name] for name in charged), 0)
    tenders = tuple(
        (name, half_up(paid * end, quoted.total) - half_up(paid * start, quoted.total))
        for name, paid, _ in quoted.tenders
        if quoted.total
    )
    tenders = tuple((name, min(part, amount)) for name, part in tenders)
    return Refund(amount, tenders, amount - sum(part for _, part in tenders), tuple(sorted(charged)))


def kept(basket: Basket, back: Units) -> Basket:
    """Return a basket without the units that came back."""
    lines = [
        msgspec.structs.replace(line, n_items=line.n_items - back.get(line.line_id, 0))
        for line in basket.lines
        if back.get(line.line_id, 0) < line.n_items
    ]
    return msgspec.structs.replace(basket, lines=tuple(lines))


def _given(
    rules: RuleSet,
    basket: Basket,
    quoted: Quote,
    back: Units,
    policy: str,
    limits: Mapping[str, Limit] | None,
) -> int:
    """Return what has been given back once these units are back."""
    if policy == "paid":
        return sum(sum(line.units[: back[line.line_id]]) for line in quoted.lines)
    left = kept(basket, back)
    return max(quoted.goods - quote(rules, left, limits).goods, 0) if left.lines else quoted.goods


def _lost(
    rules: RuleSet, basket: Basket, quoted: Quote, back: Units, limits: Mapping[str, Limit] | None
) -> set[str]:
    """Return the gifts that were given and that the kept units do not earn."""
    given = {name for name, _, is_there in quoted.gifts if is_there}
    left = kept(basket, back)
    return (
        given - {name for name, _, _ in quote(rules, left, limits).gifts}
        if given and left.lines
        else given
        if not left.lines
        else set()
    )


def _check(basket: Basket, back: Units, later: Units) -> None:
    sizes = {line.line_id: line.n_items for line in basket.lines}
    for line_id, n in back.items():
        if line_id not in sizes or n < 0 or later[line_id] > sizes[line_id]:
            raise PromotionError(
                "{n} units of the line {line} cannot come back.", "It has {most}.",
                n=n, line=line_id, most=sizes.get(line_id, 0),
            )  # fmt: skip


__all__ = ["Refund", "kept", "refund"]
