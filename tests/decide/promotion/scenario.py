"""Baskets and rules as short as the scenarios write them."""

from __future__ import annotations

from typing import Any

from quanyu.decide.promotion.basket import Basket, Limit, basket_of
from quanyu.decide.promotion.document import book_of
from quanyu.decide.promotion.engine import Quote, RuleSet, quote
from quanyu.decide.promotion.money import yuan


def line(item: str, price: Any, n: int = 1, **more: Any) -> dict[str, Any]:
    return {"line_id": item, "item_id": item, "price": price, "n_items": n, **more}


def lines(*prices: Any) -> list[dict[str, Any]]:
    """Lines a, b, c ... of one unit each; (price, n) for more."""
    told = [price if isinstance(price, tuple) else (price, 1) for price in prices]
    return [line(chr(97 + n), *one) for n, one in enumerate(told)]


def basket(*given: Any, **more: Any) -> Basket:
    told = given[0] if len(given) == 1 and isinstance(given[0], list) else lines(*given)
    return basket_of({"lines": told, **more})


def rules(*promotions: dict[str, Any], **policy: Any) -> RuleSet:
    named = [{"promotion": f"p{n}", **one} for n, one in enumerate(promotions, 1)]
    return RuleSet(book_of({"promotions": named, "policy": policy}))


def quoted(
    promotions: list[dict[str, Any]], to: Basket, limits: dict[str, Any] | None = None, **policy: Any
) -> Quote:
    told = {name: Limit(**limit) for name, limit in (limits or {}).items()}
    return quote(rules(*promotions, **policy), to, told)


def pay(quote: Quote) -> float:
    return float(yuan(quote.total))


def shares(quote: Quote, name: str = "p1") -> list[float]:
    return [float(yuan(line.shares.get(name, 0))) for line in quote.lines]


def why(quote: Quote, name: str = "p1") -> str:
    return next(one.why for one in quote.trace if one.promotion == name)
