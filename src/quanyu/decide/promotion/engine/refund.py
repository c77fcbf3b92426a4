"""What is given back for units that come back: what was paid for them, or what the kept basket no longer deserves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

import msgspec

from quanyu.decide.promotion.basket import Basket, Limit
from quanyu.decide.promotion.engine.allocation import allocate
from quanyu.decide.promotion.engine.quote import Quote, quote
from quanyu.decide.promotion.engine.rule_set import RuleSet
from quanyu.decide.promotion.money import half_up
from quanyu.errors import PromotionError

Price = Callable[[Basket], Quote]
Units = Mapping[str, int]
"""How many units of each line, by line_id."""


class Refund(msgspec.Struct, frozen=True):
    """What is given back, in 分: for the goods, of that by tender, and the rest in cash.

    `gifts` are those that the kept basket no longer earns and that did not come back: `charged` is kept for them.
    """

    goods: int
    charged: int
    tenders: tuple[tuple[str, int], ...]
    cash: int
    gifts: tuple[str, ...] = ()

    @property
    def amount(self) -> int:
        """What is given back in all."""
        return self.goods - self.charged


def refund(
    rules: RuleSet, basket: Basket, back: Units, *, before: Units | None = None, given: int = 0,
    gifts_back: tuple[str, ...] = (), policy: Literal["paid", "clawback"] = "paid", limits: Mapping[str, Limit] | None = None,
) -> Refund:  # fmt: skip
    """Return what is given back when units of a basket that was paid come back, after those `before`, `given` for these (`goods`).

    `paid`: what was paid for these units. `clawback`: what was paid and not given back yet, less what the kept units cost by
    themselves. Gifts that the kept units do not earn are charged at their value unless they come back too (by the name of
    their promotion), once. Whatever the order and the parts, all refunds together are what was paid for the goods.
    """
    earlier = {line.line_id: (before or {}).get(line.line_id, 0) for line in basket.lines}
    later = {line_id: n + back.get(line_id, 0) for line_id, n in earlier.items()}
    _check(basket, back, later)
    quoted = quote(rules, basket, limits)
    price = partial(quote, rules, limits=limits)
    start = given if policy == "clawback" else _paid(quoted, earlier)
    end = (
        _paid(quoted, later)
        if policy == "paid"
        else max(quoted.goods - _worth(price, kept(basket, later)), start)
    )
    lost = _lost(price, basket, quoted, later) - _lost(price, basket, quoted, earlier) - set(gifts_back)
    worth = {name: gift.value * gift.n for name, gift, is_there in quoted.gifts if is_there}
    charged = min(sum(worth[name] for name in lost), end - start)
    shares = [
        (name, _share(paid, end, quoted) - _share(paid, start, quoted)) for name, paid, _ in quoted.tenders
    ]
    # What is kept for gifts is kept of the cash first, then of tenders.
    cash = end - start - sum(share for _, share in shares) - charged
    tenders = allocate(sum(share for _, share in shares) + min(cash, 0), [share for _, share in shares])
    names = [name for name, _ in shares]
    return Refund(
        end - start, charged, tuple(zip(names, tenders, strict=True)), max(cash, 0), tuple(sorted(lost))
    )


def _share(paid: int, given: int, quoted: Quote) -> int:
    """Return what of a tender has been given back when so much was, of goods and freight."""
    return half_up(paid * given, quoted.total) if quoted.total else 0


def _paid(quoted: Quote, back: Units) -> int:
    return sum(sum(line.units[: back[line.line_id]]) for line in quoted.lines)


def _worth(price: Price, left: Basket) -> int:
    return price(left).goods if left.lines else 0


def kept(basket: Basket, back: Units) -> Basket:
    """Return a basket without the units that came back."""
    lines = [
        msgspec.structs.replace(line, n_items=line.n_items - back.get(line.line_id, 0))
        for line in basket.lines
        if back.get(line.line_id, 0) < line.n_items
    ]
    return msgspec.structs.replace(basket, lines=tuple(lines))


def _lost(price: Price, basket: Basket, quoted: Quote, back: Units) -> set[str]:
    """Return the gifts that were given and that the kept units do not earn."""
    given = {name for name, _, is_there in quoted.gifts if is_there}
    left = kept(basket, back)
    return given - {name for name, _, _ in price(left).gifts} if given and left.lines else given


def _check(basket: Basket, back: Units, later: Units) -> None:
    sizes = {line.line_id: line.n_items for line in basket.lines}
    for line_id, n in back.items():
        if line_id not in sizes or n < 0 or later[line_id] > sizes[line_id]:
            raise PromotionError(
                "{n} units of the line {line} cannot come back.", "It has {most}.",
                n=n, line=line_id, most=sizes.get(line_id, 0),
            )  # fmt: skip


__all__ = ["Refund", "kept", "refund"]
