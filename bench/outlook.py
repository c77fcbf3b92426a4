"""Does the outlook's interval hold the truth: `python -m bench.outlook [SHOPS [FIRST_SEED]]`.

So many (100) drawn shops of every kind, from a seed (0) on: 800 to 8,000 people over 13 to 36 months, weekdays, a wave of the
year, festivals that differ from year to year, promotions, weeks that differ, a trend, newcomers that grow or dwindle, old
customers. Each is cut once; what it foresaw of orders and of their worth is set beside what came. Then CDNOW and Online
Retail of the folder named by QUANYU_DATASETS, and a shop of the world that the demo shows, on rolling days.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quanyu.solve.thread import one_thread
from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.tables.view.outlook import outlook_of
from quanyu.understand.lifetime.purchase_log import PurchaseLog
from quanyu.understand.outlook.backtest import Past
from quanyu.understand.outlook.demand_clock import Calendar
from quanyu.understand.outlook.outlook import outlook_from
from quanyu.world import Shop, simulate
from quanyu.world.sale.trading import Traded, Trading, trading

LENGTHS = (14, 30, 60, 90, 180)
DISCOUNT = np.log1p(0.1) / 365


@dataclass(frozen=True)
class Tried:
    """One outlook beside what came: `orders` and `amount` say whether it lay inside, None where the outlook could not tell.

    `width` is half the interval of orders and `ratio` the orders that came, both as shares of those expected.
    """

    days: int
    orders: bool | None
    amount: bool | None
    width: float | None
    ratio: float | None
    why: str


def tried(found: Traded, today: int, *, is_chinese: bool) -> Iterator[Tried]:
    """Yield the outlooks of a day beside what came."""
    n_days = min(int(found.day.max()) - today, max(LENGTHS))
    known = found.day <= today
    people, person = np.unique(found.person[known], return_inverse=True)
    order = np.argsort(found.day[known], kind="stable")
    log = PurchaseLog(person[order], found.day[known][order], found.amount[known][order])
    calendar = Calendar.of(found.first_on, today + 1 + n_days, is_chinese=is_chinese)
    told = outlook_from(Past(log, calendar, today, BgNbd, min(today // 10, 90), DISCOUNT), n_days)
    late = np.isin(found.person, people) & ~known
    later = np.exp(-DISCOUNT * (found.day - today))
    for days in (days for days in LENGTHS if told and days <= n_days):
        one = outlook_of(told, days)
        if one.low is None or one.high is None or one.amount_low is None or one.amount_high is None:
            why = "unseen" if one.reason and "festival" in one.reason[1] else "few"
            yield Tried(days, None, None, None, None, why)
            continue
        mine = late & (found.day <= today + days)
        n, amount = int(mine.sum()), float((found.amount * later)[mine].sum())
        inside = one.low <= n <= one.high, one.amount_low <= amount <= one.amount_high
        yield Tried(days, *inside, (one.high - one.low) / 2 / one.expected, n / one.expected, "")


def shop_of(seed: int) -> Trading:
    """Return the kind of shop that a seed makes."""
    rng = np.random.default_rng(seed + 1_000)
    return Trading(
        people=int(rng.integers(800, 8_000)), days=int(rng.integers(400, 1_100)), seed=seed,
        ends_on=dt.date(2024, 1, 1) + dt.timedelta(int(rng.integers(0, 900))), is_chinese=bool(rng.random() < 0.6),
        rate_scale=rng.uniform(30, 90), wave=rng.uniform(0, 0.5), festival=rng.uniform(0, 1.2), bursts=rng.uniform(0, 6),
        trend=rng.uniform(-0.4, 0.4), noise=rng.uniform(0, 0.15), growth=rng.uniform(-0.3, 1.0),
        old_days=int(rng.choice([0, 200, 700])),
    )  # fmt: skip


def one_shop(seed: int) -> list[Tried]:
    """Try one shop on one day, 90 to 180 days before its last."""
    shop = shop_of(seed)
    rest = int(np.random.default_rng(seed).integers(90, 181))
    return list(tried(trading(shop), shop.days - 1 - rest, is_chinese=shop.is_chinese))


def purchase_days(person: pa.ChunkedArray, on: pa.ChunkedArray, amount: pa.ChunkedArray) -> Traded:
    """Return a log of orders as days of persons, numbered from the first."""
    rows = pa.table(
        {"person": person, "on": pc.cast(on, pa.date32()), "amount": pc.cast(amount, pa.float64())}
    )
    days = rows.group_by(["person", "on"]).aggregate([("amount", "sum")])
    days = days.filter(pc.greater(days["amount_sum"], 0))
    number = pc.cast(days["on"], pa.int32()).to_numpy().astype(np.int64)
    _, who = np.unique(days["person"].to_numpy(zero_copy_only=False), return_inverse=True)
    order = np.argsort(number, kind="stable")
    first_on = dt.date(1970, 1, 1) + dt.timedelta(days=int(number.min()))
    return Traded(first_on, who[order], (number - number.min())[order], days["amount_sum"].to_numpy()[order])


def rolled(found: Traded, first: int, step: int, *, is_chinese: bool) -> list[Tried]:
    """Try a shop on every so many days."""
    cuts = range(first, int(found.day.max()) - min(LENGTHS), step)
    return [one for today in cuts for one in tried(found, today, is_chinese=is_chinese)]


def tell(name: str, found: Iterable[Tried]) -> None:
    """Print how often the outlook answered, and how often it was right when it did."""
    by_days = defaultdict(list)
    for one in found:
        by_days[one.days].append(one)
    for days, all_ in sorted(by_days.items()):
        said = [one for one in all_ if one.orders is not None]
        why = [one.why for one in all_ if one.why]
        line = f"{name:<14}{days:>4} days: answered {len(said):>3} of {len(all_):>3}"
        line += f" (festival unseen {why.count('unseen')}, too few origins {why.count('few')})"
        if said:
            rates = [np.mean([getattr(one, kind) for one in said]) for kind in ("orders", "amount")]
            width = np.median([one.width for one in said if one.width is not None])
            ratio = np.median([one.ratio for one in said if one.ratio is not None])
            line += f"; inside {rates[0]:.1%} of orders, {rates[1]:.1%} of value; half width {width:.0%}"
            line += f"; {ratio:.2f} of the orders expected came"
        print(line)


def main() -> None:
    n, first = (int(word) for word in (sys.argv[1:] + ["100", "0"][len(sys.argv) - 1 :]))
    with Pool(os.cpu_count(), initializer=one_thread().__enter__) as pool:
        shops = pool.imap(one_shop, range(first, first + n))
        tell("drawn shops", (one for found in shops for one in found))
    world = simulate(Shop(people=6_000, days=900, seed=7)).orders
    sold = world.filter(pc.is_in(world["status"], pa.array(["paid", "shipped", "completed"])))
    local = pc.add(sold["ordered_at"], pa.scalar(dt.timedelta(hours=8)))
    demo = purchase_days(sold["person_id"], local, sold["net_amount"])
    tell("demo's world", rolled(demo, 450, 30, is_chinese=True))
    data = Path(os.environ.get("QUANYU_DATASETS", "-"))
    if not data.is_dir():
        print("left out: QUANYU_DATASETS names no folder of real data")
        return
    cdnow = pq.read_table(data / "cdnow" / "cdnow_master.parquet")
    tell(
        "CDNOW",
        rolled(
            purchase_days(cdnow["customer_id"], cdnow["date"], cdnow["dollar_value"]),
            180,
            20,
            is_chinese=False,
        ),
    )
    lines = pq.read_table(data / "online_retail" / "online_retail.parquet")
    lines = lines.filter(pc.and_(pc.is_valid(lines["CustomerID"]), pc.greater(lines["Quantity"], 0)))
    amount = pc.multiply(pc.cast(lines["Quantity"], pa.float64()), lines["UnitPrice"])
    retail = purchase_days(lines["CustomerID"], lines["InvoiceDate"], amount)
    tell("Online Retail", rolled(retail, 150, 7, is_chinese=False))


if __name__ == "__main__":
    main()
