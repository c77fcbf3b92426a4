"""What every demo does with its simulated shop."""

from __future__ import annotations

import datetime as dt
import hashlib

from quanyu.cli.command.demo.readers import Clock
from quanyu.cli.speech import err, language
from quanyu.collect.load import Loaded
from quanyu.text import told
from quanyu.world.world import World


def noon_after(world: World) -> Clock:
    """Return a clock at noon of the day after a period of a shop."""
    return Clock(dt.datetime.combine(world.shop.ends_on + dt.timedelta(days=1), dt.time(4), dt.UTC))


def complain(loaded: list[Loaded]) -> None:
    """Say which files could not be loaded, and why."""
    for result in loaded:
        if result.status == "failed":
            err.print(
                f"{result.file}: {told(result.message, language())}",
                style="red",
                highlight=False,
                markup=False,
            )


def key_of(seed: int) -> str:
    """Return the key of a simulated shop: from its seed, so that the same lots are drawn each time."""
    return hashlib.sha256(f"quanyu demo {seed}".encode()).hexdigest()
