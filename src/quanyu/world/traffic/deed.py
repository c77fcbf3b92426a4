"""What people do on the shop's pages, visit by visit: look, sign up, fill carts, check out, buy; and what they buy later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from quanyu.world import naming
from quanyu.world.lettering import Floats
from quanyu.world.market import Catalogue, clock
from quanyu.world.people import People
from quanyu.world.shop import DAY

SECOND = 1_000_000


@dataclass(frozen=True)
class Deed:
    """Something that somebody did: `number` tells it from all others, `at` is when, in microseconds since 1970 in UTC.

    `user` is the account, "" before somebody has logged in; `cookie` the device. `cart` names the cart, `item` what it is about.
    """

    number: int
    person: int
    name: str
    at: int
    user: str
    cookie: str
    session: str
    item: str = ""
    cart: str = ""
    fen: int = 0


@dataclass(frozen=True)
class Purchase:
    """An order that somebody places by themselves, whoever writes to them."""

    order_id: str
    person: int
    user: str
    at: int
    fen: int


@dataclass(frozen=True)
class Rates:
    """How many people do what in the period: shares of those that use the shop's pages, and probabilities of what follows.

    Those are members with an account. `sign_ups` is the share who sign up and do nothing else; `buys` of them buy later by themselves.
    `visits` is the mean number of visits of the others: of these, `carts` fill a cart; of carts, `checks_out` are bought at once,
    `returns` later by their owner's own will. `logs_in` is the share of visits in which somebody says who they are.
    """

    visits: float = 1.0
    carts: float = 0.8
    checks_out: float = 0.3
    returns: float = 0.08
    sign_ups: float = 0.5
    buys: float = 0.1
    logs_in: float = 0.7


@dataclass
class _Desk:
    """Writes down what happens, numbered in the order of writing."""

    people: People
    catalogue: Catalogue
    deeds: list[list[Deed]] = field(default_factory=list)
    bought: list[Purchase] = field(default_factory=list)
    n: int = 0

    def buys(self, person: int, user: str, at: int, fen: int) -> None:
        self.bought.append(Purchase(f"L{len(self.bought) + 1:07d}", person, user, at, fen))


@dataclass(frozen=True)
class _Visit:
    """One visit with all that was drawn for it; times in seconds."""

    person: int
    at: int
    item: int
    n_pages: int
    logs_in: bool
    signs_up: bool
    has_cart: bool
    checks_out: bool
    returns_after: float
    pauses: Floats


def draw_deeds(
    people: People, catalogue: Catalogue, rates: Rates, span: tuple[int, int], random: np.random.Generator
) -> tuple[list[list[Deed]], list[Purchase]]:
    """Return what people do, by visit, and what they buy by themselves; `span` is the first second and how many days."""
    desk = _Desk(people, catalogue)
    users = naming.user(people.number).to_pylist()
    for visit in sorted(
        _visits(people, catalogue, rates, span, random), key=lambda one: (one.at, one.person)
    ):
        desk.deeds.append(list(_visit(desk, visit, users[visit.person])))
    return desk.deeds, sorted(desk.bought, key=lambda one: (one.at, one.order_id))


def _visits(
    people: People, catalogue: Catalogue, rates: Rates, span: tuple[int, int], random: np.random.Generator
) -> Iterator[_Visit]:
    here = np.flatnonzero(people.has_account & people.is_member)
    is_signing = random.random(len(here)) < rates.sign_ups
    new, old = here[is_signing], here[~is_signing]
    person = np.concatenate([new, np.repeat(old, random.poisson(rates.visits, len(old)))])
    n = len(person)
    at = span[0] + random.integers(0, span[1], n) * DAY + clock(n, random)
    is_new = np.arange(n) < len(new)
    drawn = {name: random.random(n) for name in ("logs_in", "cart", "out", "back", "buys")}
    item, pages = random.integers(0, catalogue.n, n), 1 + random.poisson(1.0, n)
    after = -np.log1p(-random.random(n)) * 4 * DAY + 3 * 3_600
    # Who signs up does nothing else, so that each journey is for people of its own.
    has_cart = ~is_new & (drawn["cart"] < rates.carts)
    checks_out = has_cart & (drawn["out"] < rates.checks_out)
    comes_back = np.where(
        is_new, drawn["buys"] < rates.buys, has_cart & ~checks_out & (drawn["back"] < rates.returns)
    )
    pauses = random.integers(15, 240, (n, 12))
    for row in range(n):
        yield _Visit(
            person=int(person[row]), at=int(at[row]), item=int(item[row]), n_pages=int(min(pages[row], 5)),
            logs_in=bool(drawn["logs_in"][row] < rates.logs_in or is_new[row] or has_cart[row]), signs_up=bool(is_new[row]),
            has_cart=bool(has_cart[row]), checks_out=bool(checks_out[row]),
            returns_after=float(after[row]) if comes_back[row] else 0.0, pauses=pauses[row],
        )  # fmt: skip


def _visit(desk: _Desk, visit: _Visit, user: str) -> Iterator[Deed]:
    """Yield the deeds of a visit: pages first, then who it is, then what comes of it."""
    session = f"v{len(desk.deeds) + 1:07d}"
    fen, item = int(desk.catalogue.list_price[visit.item]), desk.catalogue.item_id[visit.item]
    cart = f"c{session[1:]}" if visit.has_cart else ""
    names = ["page_view", *["product_view"] * visit.n_pages]
    names.insert(1, "identify") if visit.logs_in else None
    names += (
        ["sign_up"] * visit.signs_up
        + ["add_to_cart"] * visit.has_cart
        + ["checkout", "purchase"] * visit.checks_out
    )
    is_known, at = False, visit.at
    for place, name in enumerate(names):
        is_known |= name == "identify"
        has_item = name in ("product_view", "add_to_cart")
        desk.n += 1
        yield Deed(
            number=desk.n, person=visit.person, name=name, at=at * SECOND + desk.n % SECOND,
            user=user if is_known else "", cookie=f"ap{user}", session=session, item=item if has_item else "",
            cart=cart if name in ("add_to_cart", "checkout", "purchase") else "",
            fen=fen if has_item or name == "purchase" else 0,
        )  # fmt: skip
        if name == "purchase":
            desk.buys(visit.person, user, at * SECOND, fen)
        at += int(visit.pauses[place])
    if visit.returns_after:
        desk.buys(visit.person, user, (visit.at + int(visit.returns_after)) * SECOND, fen)
