"""The specification of a simulated shop: its size, its days, its seed, and how rough its data are."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from quanyu.errors import SettingError

EPOCH = date(1970, 1, 1)
DAY = 86_400


@dataclass(frozen=True)
class Shop:
    """A shop to simulate. All its times are Beijing time and its last day is given, never the real one.

    `block` people are simulated at a time, so memory stays flat for any number of people. The purchase
    process of a person is BG/NBD: while active they buy at a rate drawn from Gamma(`rate_shape`,
    1/`rate_scale` per day), and after each repeat purchase they leave for ever with a probability drawn from
    Beta(`leave_a`, `leave_b`) (Fader, Hardie, Lee 2005). The classic Taobao export covers the days before
    `renamed_on`, the export of 2023 the days from then on. `horizon` more days are to come after the last:
    people arrive over all of them. `period` counts how often the shop was resumed (see `world.resume`).
    `media_strength` multiplies what ads truly bring; at 0 they do nothing and platforms claim orders all the same.

    >>> Shop(people=100, days=30, ends_on=date(2026, 11, 20)).starts_on
    datetime.date(2026, 10, 22)
    """

    people: int = 20_000
    days: int = 400
    seed: int = 7
    ends_on: date = date(2026, 11, 20)
    n_items: int = 400
    block: int = 50_000
    rate_shape: float = 0.9
    rate_scale: float = 60.0
    leave_a: float = 1.2
    leave_b: float = 8.0
    visitor_share: float = 0.2
    household_share: float = 0.06
    open_phone_share: float = 0.55
    typo_rate: float = 0.01
    review_rate: float = 0.15
    refund_rate: float = 0.05
    unpaid_rate: float = 0.04
    media_strength: float = 1.0
    horizon: int = 0
    period: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("people", 1, 100_000_000),
            ("days", 1, 3_650),
            ("n_items", 20, 5_000),
            ("block", 1, 1_000_000),
            ("horizon", 0, 3_650),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingError(
                    "A simulated shop cannot have {name}={value}.",
                    "Allowed: {low} to {high}.",
                    name=name,
                    value=value,
                    low=low,
                    high=high,
                )

    @property
    def starts_on(self) -> date:
        """The first day."""
        return self.ends_on - timedelta(days=self.days - 1)

    @property
    def first_day(self) -> int:
        """The first day as a count of days since 1970."""
        return (self.starts_on - EPOCH).days

    @property
    def renamed_on(self) -> int:
        """The day (counted from the first) from which Taobao's new export is used: the middle."""
        return 0 if self.period else self.days // 2

    @property
    def n_blocks(self) -> int:
        """How many blocks of people there are."""
        return -(-self.people // self.block)

    def random(self, purpose: str, block: int = 0) -> np.random.Generator:
        """Return the random stream of one purpose and block; streams do not disturb one another."""
        words = [self.seed, zlib.crc32(purpose.encode()), block, *([self.period] if self.period else [])]
        return np.random.default_rng(np.random.SeedSequence(words))
