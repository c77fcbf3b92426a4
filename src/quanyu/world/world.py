"""The simulated shop as a whole: its blocks of people on demand, and its truth as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import pyarrow as pa

from quanyu.world.block import Block, simulate_block
from quanyu.world.setting import Course, Setting, make_setting, resume_setting
from quanyu.world.shop import Shop
from quanyu.world.truth import person, sale

BY_BLOCK: Mapping[str, Callable[[Block], pa.Table]] = MappingProxyType(
    {
        "people": person.people_truth,
        "orders": sale.orders_truth,
        "identities": person.identities_truth,
        "campaign_people": person.campaign_people_truth,
    }
)
"""Truth that grows with the people: one table per block."""


@dataclass(frozen=True)
class World:
    """A simulated shop. Blocks are simulated when asked for, each time the same, so memory stays flat.

    >>> world = simulate(Shop(people=200, days=60, seed=1))
    >>> world.people.num_rows, world.orders.schema.names[:2]
    (200, ['platform', 'layout'])
    """

    setting: Setting

    @property
    def shop(self) -> Shop:
        """The specification."""
        return self.setting.shop

    def blocks(self) -> Iterator[Block]:
        """Simulate the blocks one after another."""
        return (simulate_block(self.setting, number) for number in range(self.shop.n_blocks))

    @cached_property
    def _truth(self) -> Mapping[str, pa.Table]:
        parts: dict[str, list[pa.Table]] = {name: [] for name in BY_BLOCK}
        for block in self.blocks():
            for name, make in BY_BLOCK.items():
                parts[name].append(make(block))
        return {name: pa.concat_tables(tables) for name, tables in parts.items()}

    @property
    def people(self) -> pa.Table:
        """The planted people (see `truth.person.people_truth`)."""
        return self._truth["people"]

    @property
    def orders(self) -> pa.Table:
        """Every order once, with its true person and cause."""
        return self._truth["orders"]

    @property
    def identities(self) -> pa.Table:
        """Every identifier that a file shows, with its true person."""
        return self._truth["identities"]

    @property
    def campaign_people(self) -> pa.Table:
        """Everybody in a campaign, with arm and true lift."""
        return self._truth["campaign_people"]


def simulate(shop: Shop) -> World:
    """Return the world of a shop: calendar, items and ads at once, people when they are asked for."""
    return World(make_setting(shop))


def resume(world: World, days: int, course: Course | None = None) -> World:
    """Return the next days of a shop, with the same people, under the course that its seller takes.

    What happened before stays as it was, whatever the course. Its blocks are simulated anew to go on from them.

    >>> world = simulate(Shop(people=200, days=60, seed=1, horizon=30))
    >>> later = resume(world, 30, Course({"qianchuan": 1.2}))
    >>> later.shop.starts_on - world.shop.ends_on
    datetime.timedelta(days=1)
    """
    return World(resume_setting(world.setting, days, course or Course()))
