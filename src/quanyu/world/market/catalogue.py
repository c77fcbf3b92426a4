"""The items on sale: what they are, what they cost, how good they are, and their price in every week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.world.lettering import Floats, Ints
from quanyu.world.shop import Shop
from quanyu.world.vocabulary import WARES

SENSITIVITY = (0.4, 1.0, 1.8)
"""How strongly the three kinds of people react to price, as a multiple of the category's elasticity."""


@dataclass(frozen=True)
class Catalogue:
    """One value per item; money in fen. `discount[week, item]` is the item's own price cut of that week.

    Within a category people choose by popularity * (price / list price) ** (elasticity * sensitivity): the
    planted price response.
    """

    item_id: tuple[str, ...]
    name: tuple[str, ...]
    brand: tuple[str, ...]
    spec: tuple[str, ...]
    category: Ints
    list_price: Ints
    cost: Ints
    launched: Ints
    quality: Floats
    popularity: Floats
    stock: Ints
    discount: Floats

    @property
    def n(self) -> int:
        """How many items there are."""
        return len(self.item_id)

    def members(self, category: int) -> Ints:
        """Return the items of a category."""
        return np.flatnonzero(self.category == category).astype(np.int64)

    def sale_price(self, item: Ints, week: Ints, cut: Floats) -> Ints:
        """Return the price in fen on days with a festival cut, rounded to 0.10 yuan."""
        factor = (1 - self.discount[week, item]) * (1 - cut)
        return np.maximum(np.round(self.list_price[item] * factor / 10).astype(np.int64) * 10, 100)

    def choose(self, first_day: int, wish: tuple[Ints, Ints, Ints], random: np.random.Generator) -> Ints:
        """Return an item for each wish (category, week, sensitivity class) by the planted price response.

        Items that are not launched by the week's first day are not chosen.
        """
        category, week, feeling = wish
        chosen = np.zeros(len(category), dtype=np.int64)
        if not len(category):
            return chosen
        weeks, classes = self.discount.shape[0], len(SENSITIVITY)
        code = (category * weeks + week) * classes + feeling
        order = np.argsort(code, kind="stable")
        codes, starts = np.unique(code[order], return_index=True)
        draws = random.random(len(category))
        for value, rows in zip(codes.tolist(), np.split(order, starts[1:]), strict=True):
            group, kind = divmod(value, classes)
            ware, at = divmod(group, weeks)
            items = self.members(ware)
            power = WARES[ware].elasticity * SENSITIVITY[kind]
            weight = self.popularity[items] * (1 - self.discount[at, items]) ** power
            weight = weight * (self.launched[items] <= first_day + at * 7)
            ladder = np.cumsum(weight)
            chosen[rows] = items[
                np.searchsorted(ladder, draws[rows] * ladder[-1], side="right").clip(max=len(items) - 1)
            ]
        return chosen


def make_catalogue(shop: Shop) -> Catalogue:
    """Draw the items of a shop; each category gets its share and none stays empty."""
    random = shop.random("catalogue")
    n, k = shop.n_items, len(WARES)
    shares = np.array([ware.share for ware in WARES])
    category = np.concatenate([np.arange(k), random.choice(k, n - k, p=shares / shares.sum())]).astype(
        np.int64
    )
    category.sort()
    level = np.array([ware.price for ware in WARES])[category]
    list_price = (np.round(level * np.exp(random.normal(0, 0.35, n))).astype(np.int64) + 1) * 100 - 10
    brand, name, spec = _names(category, random)
    launch = np.where(random.random(n) < 0.85, -random.integers(30, 900, n), random.integers(0, shop.days, n))
    launch[np.unique(category, return_index=True)[1]] = -900
    weeks = shop.days // 7 + 2
    own_cut = random.choice([0, 0.05, 0.1, 0.2, 0.3], (weeks, n), p=[0.72, 0.08, 0.1, 0.07, 0.03])
    return Catalogue(
        item_id=tuple(f"QY{number:05d}" for number in range(10_001, 10_001 + n)),
        name=name,
        brand=brand,
        spec=spec,
        category=category,
        list_price=list_price,
        cost=np.round(list_price * random.uniform(0.3, 0.55, n)).astype(np.int64),
        launched=launch.astype(np.int64) + shop.first_day,
        quality=random.normal(0, 1, n),
        popularity=random.pareto(1.3, n) + 0.15,
        stock=random.integers(0, 2_000, n),
        discount=own_cut,
    )


def _names(
    category: Ints, random: np.random.Generator
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    brands, names, specs = [], [], []
    for number, (ware, draw) in enumerate(
        zip(category.tolist(), random.random((len(category), 3)), strict=True)
    ):
        kinds = WARES[ware]
        brand, kind, spec = (
            words[int(u * len(words))]
            for words, u in zip((kinds.brands, kinds.kinds, kinds.specs), draw, strict=True)
        )
        brands.append(brand)
        names.append(f"{brand} {kind} {spec} {number % 97 + 1:02d}款")
        specs.append(spec)
    return tuple(brands), tuple(names), tuple(specs)
