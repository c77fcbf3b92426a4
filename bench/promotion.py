"""Baskets a second: ten lines and ten rules, beside the decision engine GoRules ZEN in the same process.

The peer has no promotions: it is asked the same conditions, which rules a basket meets, as a decision table of ten rows, and
counts no money. `pip install zen-engine` for the comparison.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from quanyu.decide.promotion.basket import Basket, basket_of
from quanyu.decide.promotion.document import book_of
from quanyu.decide.promotion.engine import RuleSet, quote

N_BASKETS, N_LINES, N_ITEMS, ROUNDS, SEED = 2_000, 10, 5_000, 5, 7
CATEGORIES = ("clothes", "shoes", "home", "food", "toys", "books", "sports", "beauty")
RULES: list[dict[str, Any]] = [
    {"promotion": "flash", "price": "49.00", "items": "category = toys; price >= 60"},
    {"promotion": "member", "off": "8%", "when": "n_items >= 3; channel = app"},
    {"promotion": "second-half", "nth": {"n": 2, "off": "50%"}, "items": "category = beauty"},
    {"promotion": "three-for-less", "tiers": [{"units": 3, "off": "8折"}, {"units": 5, "off": "7折"}],
     "level": "group", "items": "category = food"},
    {"promotion": "shop-a", "tiers": [{"amount": 200, "off": 20}, {"amount": 500, "off": 60}], "items": "shop = A"},
    {"promotion": "shop-b", "tiers": [{"amount": 300, "off": 40}], "items": "shop = B"},
    {"promotion": "coupon-clothes", "off": 30, "level": "coupon", "items": "category = clothes", "group": "one"},
    {"promotion": "coupon-all", "off": "5%", "cap": 50, "level": "coupon", "group": "one"},
    {"promotion": "cross", "every": {"amount": 300, "off": 50, "steps": 3}},
    {"promotion": "freight", "freight": {"amount": 99}},
]  # fmt: skip


def baskets(n: int, seed: int = SEED) -> list[Basket]:
    """Return baskets of ten lines of a catalogue: prices from 9.90 to 399.90, two shops, eight categories."""
    draw = random.Random(seed)  # nosec B311
    items = [
        {"item_id": f"i{n:05}", "price": f"{draw.randint(9, 399)}.90", "shop": draw.choice("AB"),
         "category": draw.choice(CATEGORIES)}
        for n in range(N_ITEMS)
    ]  # fmt: skip
    return [
        basket_of({
            "lines": [
                {"line_id": str(n), "n_items": draw.choice((1, 1, 1, 2, 3)), **item}
                for n, item in enumerate(draw.sample(items, N_LINES))
            ],
            "channel": draw.choice(("app", "web")),
            "freight": 8,
        })
        for _ in range(n)
    ]  # fmt: skip


def main() -> None:
    """Print what was measured."""
    rules, carts = RuleSet(book_of(RULES)), baskets(N_BASKETS)
    told, peer = [_told(cart) for cart in carts], _zen()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_timed(lambda cart: quote(rules, cart), carts))
        theirs += [_timed(peer, told)] if peer else []
    print(
        f"{N_BASKETS:,} baskets of {N_LINES} lines under {len(RULES)} rules, the best of {ROUNDS} rounds, seconds of CPU"
    )
    rate = _print("quanyu", ours, "best set, money, shares, reasons")
    if peer is None:
        print("zen-engine is not installed: no comparison")
        return
    peers = _print("zen   ", theirs, "which rules hold, no money")
    print(f"quanyu quotes {rate / peers:.2f} times as many baskets as zen decides")


def _print(name: str, rounds: list[tuple[float, float]], what: str) -> float:
    rate, slow = max(rate for rate, _ in rounds), min(slow for _, slow in rounds)
    print(f"{name} {rate:8,.0f} baskets/s {rate * len(RULES):9,.0f} rules/s  p95 {slow:5.2f} ms: {what}")
    return rate


def _timed(ask: Callable[[Any], Any], carts: list[Any]) -> tuple[float, float]:
    """Return how many are asked in a second of CPU, and how long 95 of 100 take at most, in ms of the clock."""
    took, start = [], time.process_time()
    for cart in carts:
        at = time.perf_counter()
        ask(cart)
        took.append(time.perf_counter() - at)
    return len(carts) / (time.process_time() - start), 1000 * float(np.quantile(took, 0.95))


def _told(cart: Basket) -> dict[str, Any]:
    lines = [
        {"category": line.category, "shop": line.shop, "price": line.price / 100, "n": line.n_items}
        for line in cart.lines
    ]
    return {"channel": cart.channel, "lines": lines}


def _zen() -> Callable[[Any], Any] | None:
    try:
        import zen
    except ImportError:
        return None
    asked = [
        "some(lines, #.category == 'toys' and #.price >= 60)",
        "sum(map(lines, #.n)) >= 3 and channel == 'app'",
        "sum(map(filter(lines, #.category == 'beauty'), #.n)) >= 2",
        "sum(map(filter(lines, #.category == 'food'), #.n)) >= 3",
        "sum(map(filter(lines, #.shop == 'A'), #.n * #.price)) >= 200",
        "sum(map(filter(lines, #.shop == 'B'), #.n * #.price)) >= 300",
        "some(lines, #.category == 'clothes')",
        "len(lines) > 0",
        "sum(map(lines, #.n * #.price)) >= 300",
        "sum(map(lines, #.n * #.price)) >= 99",
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "is", "name": "Is", "type": "expression", "field": ""}],
        "outputs": [{"id": "rule", "name": "Rule", "field": "rule", "type": "expression"}],
        "rules": [
            {"_id": str(n), "is": text, "rule": f"'{one['promotion']}'"}
            for n, (text, one) in enumerate(zip(asked, RULES, strict=True))
        ],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table"},
        {"id": "2", "sourceId": "table", "targetId": "out"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return decision.evaluate


if __name__ == "__main__":
    main()
