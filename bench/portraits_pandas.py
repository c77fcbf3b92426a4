"""RFM and the 50 traits in pandas without a loop over rows, plain or tuned.

Plain, texts stay texts, as pandas reads them. Tuned, people are numbers and short texts categories, as someone
writes who knows where pandas spends its time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quanyu.understand.trait.region import TIERS

SALES = ["paid", "shipped", "completed"]
MONEY = ["gross_amount", "discount_amount", "paid_amount", "refund_amount", "net_amount"]
COLUMNS = {
    "people": ["person_id", "sex", "born_on", "region", "city", "n_identifiers"],
    "identities": ["id_key", "person_id"],
    "orders": ["order_id", "id_key", "ordered_at", "status", "channel", *MONEY],
    "order_lines": ["order_id", "item_id", "n_items", "unit_price_amount", "net_amount"],
    "items": ["item_id", "category", "brand"],
    "events": ["id_key", "name", "occurred_at", "session_id", "channel"],
}
SHORT = {"orders": ["channel"], "events": ["channel", "name"], "items": ["category", "brand"]}
ACTIONS = {
    "n_page_views": ["page_view", "product_view"],
    "n_product_views": ["product_view"],
    "n_searches": ["search"],
    "n_favourites": ["favourite"],
    "n_add_to_cart": ["add_to_cart"],
    "n_checkouts": ["checkout"],
}
BANDS = [-1, 17, 24, 29, 34, 39, 49, 59, 200]
BAND_NAMES = ["0-17", "18-24", "25-29", "30-34", "35-39", "40-49", "50-59", "60+"]


def run(folder: Path, as_of: dt.date, files: Mapping[str, list[Path]], is_tuned: bool) -> int:
    """Write rfm and portraits beside the files and return the number of buyers."""
    read = {
        name: pd.concat([pd.read_parquet(file, columns=columns) for file in files[name]], ignore_index=True)
        if len(files[name]) > 1
        else pd.read_parquet(files[name][0], columns=columns)
        for name, columns in COLUMNS.items()
    }
    day = pd.Timestamp(as_of)
    people = read["people"] if is_tuned else read["people"].set_index("person_id", drop=False)
    owner = read["identities"].set_index("id_key").person_id
    if is_tuned:
        owner = owner.map(pd.Series(people.index, index=people.person_id))
        for table, columns in SHORT.items():
            read[table] = read[table].astype(dict.fromkeys(columns, "category"))
    orders = _orders(read["orders"], owner)
    groups = rfm(orders, day)
    groups.join(people.person_id.rename("who")).to_parquet(folder / "pandas_rfm.parquet")
    facts = [_purchases(orders, day), _visits(read["events"], owner, day), _baskets(read, orders)]
    traits(people.join(facts), day).to_parquet(folder / "pandas_portraits.parquet")
    return len(groups)


def _orders(orders: pd.DataFrame, owner: pd.Series) -> pd.DataFrame:
    orders["person"] = orders.pop("id_key").map(owner)
    orders = orders.dropna(subset="person")
    orders[MONEY] = orders[MONEY].astype("float64")
    local = orders.ordered_at.dt.tz_convert("Asia/Shanghai")
    orders["on"] = local.dt.tz_localize(None).dt.normalize()
    orders["is_sale"] = orders.status.isin(SALES)
    return orders


def rfm(orders: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return recency, frequency, money, their scores and the group per buyer."""
    counts = orders[orders.is_sale & (orders.net_amount > 0)].groupby("person")
    found = counts.agg(frequency=("order_id", "size"), last_on=("on", "max"))
    found["monetary_amount"] = orders.groupby("person").net_amount.sum()
    found["recency_days"] = (day - found.pop("last_on")).dt.days
    high = []
    for axis, column in (("r", "recency_days"), ("f", "frequency"), ("m", "monetary_amount")):
        cuts = found[column].quantile([0.2, 0.4, 0.6, 0.8], interpolation="lower").to_numpy()
        passed = np.searchsorted(cuts, found[column].to_numpy())
        found[f"{axis}_score"] = 5 - passed if axis == "r" else 1 + passed
        middle = found[column].median()
        high.append(found[column] <= middle if axis == "r" else found[column] >= middle)
    code = high[2] * 4 + high[1] * 2 + high[0]
    found["group"] = pd.Categorical.from_codes(code.astype("int8"), GROUP_OF_CODE)
    return found


GROUP_OF_CODE = [
    "lost", "new", "fading", "loyal_small", "must_win_back", "promising", "at_risk", "champions",
]  # fmt: skip
"""By recency (1), frequency (2) and money (4) being high."""


def _purchases(orders: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    recent = orders.on > day - pd.Timedelta(days=90)
    money = orders.groupby("person")[["net_amount", "paid_amount", "refund_amount"]].sum()
    sales = orders[orders.is_sale]
    found = sales.groupby("person").agg(
        n_orders=("order_id", "size"), first_order_on=("on", "min"), last_order_on=("on", "max"),
        gross_amount=("gross_amount", "sum"), discount_amount=("discount_amount", "sum"),
        largest_order_amount=("net_amount", "max"),
    )  # fmt: skip
    found["n_discounted"] = sales[sales.discount_amount > 0].groupby("person").size()
    found["n_orders_90d"] = sales[recent[sales.index]].groupby("person").size()
    found["preferred_platform"] = favourite(sales, "channel")
    money["spend_90d_amount"] = orders[recent].groupby("person").net_amount.sum()
    return money.rename(columns={"net_amount": "spend_amount"}).join(found)


def _visits(events: pd.DataFrame, owner: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    events["person"] = events.pop("id_key").map(owner)
    events = events.dropna(subset="person")
    by = ["person", "channel", "session_id"]
    visits = events.groupby(by, observed=True, sort=False).occurred_at.agg(["min", "max"]).reset_index()
    began = visits["min"].dt.tz_convert("Asia/Shanghai")
    visits["hour"], visits["weekday"] = began.dt.hour, began.dt.weekday + 1
    visits["on"] = began.dt.tz_localize(None).dt.normalize()
    visits["seconds"] = (visits["max"] - visits["min"]).dt.total_seconds()
    found = visits.groupby("person").agg(
        n_sessions=("on", "size"), dwell_seconds=("seconds", "sum"), last_visit_on=("on", "max")
    )
    recent = visits[visits.on > day - pd.Timedelta(days=30)]
    found["n_sessions_30d"] = recent.groupby("person").size()
    for column, names in ACTIONS.items():
        found[column] = events[events.name.isin(names)].groupby("person").size()
    for column in ("hour", "weekday"):
        found[f"favourite_{column}"] = favourite(visits, column)
    found["preferred_channel"] = favourite(visits, "channel")
    found["n_channels"] = visits[["person", "channel"]].drop_duplicates().groupby("person").size()
    return found


def _baskets(read: dict[str, pd.DataFrame], orders: pd.DataFrame) -> pd.DataFrame:
    sales = orders.loc[orders.is_sale, ["order_id", "person"]]
    lines = read["order_lines"].merge(sales, on="order_id").merge(read["items"], on="item_id", how="left")
    lines["net_amount"] = lines.net_amount.astype("float64")
    lines["listed"] = lines.unit_price_amount.astype("float64") * lines.n_items
    found = lines.groupby("person").agg(n_units=("n_items", "sum"), listed=("listed", "sum"))
    price = found.listed / found.n_units
    found["price_band"] = np.ceil(price.rank(method="max", pct=True) * 5)
    found["preferred_category"] = favourite(lines, "category", "net_amount")
    found["preferred_brand"] = favourite(lines, "brand", "net_amount")
    found["n_categories"] = lines[["person", "category"]].drop_duplicates().groupby("person").size()
    return found


def favourite(rows: pd.DataFrame, column: str, weight: str | None = None) -> pd.Series:
    """Return per person the value with most rows or the largest total weight, the first on a tie."""
    cells = rows.groupby(["person", column], observed=True, sort=False)
    totals = (cells.size() if weight is None else cells[weight].sum()).rename("total").reset_index()
    best = totals.sort_values(["total", column], ascending=[False, True]).drop_duplicates("person")
    return best.set_index("person")[column]


def traits(people: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the 50 traits; those whose source the shop lacks are empty columns."""
    p = people
    counts = [name for name in p.columns if name.startswith("n_")] + ["spend_amount", "spend_90d_amount"]
    counts += ["gross_amount", "refund_amount"]
    p[counts] = p[counts].fillna(0)
    recency = (day - p.last_order_on).dt.days
    seen = (day - p[["last_visit_on", "last_order_on"]].max(axis=1)).dt.days
    buys = p.n_orders.where(p.n_orders > 0)
    added = {
        "age_band": _age_band(p.born_on, day),
        "city_tier": _city_tier(p.city),
        "recency_days": recency,
        "tenure_days": (day - p.first_order_on).dt.days,
        "order_interval_days": (p.last_order_on - p.first_order_on).dt.days
        / (p.n_orders - 1).where(p.n_orders > 1),
        "dwell_minutes": p.dwell_seconds / p.n_sessions.where(p.n_sessions > 0) / 60,
        "last_seen_days": seen,
        "funnel_stage": np.select(
            [p.n_orders >= 2, p.n_orders == 1, p.n_checkouts > 0, p.n_add_to_cart > 0, p.n_product_views > 0,
             p.n_sessions > 0],
            ["repeat", "bought", "checkout", "cart", "viewed", "visited"], "unseen",
        ),
        "promotion_share": p.n_discounted / buys,
        "discount_rate": p.discount_amount / p.gross_amount.where(p.gross_amount != 0),
        "refund_rate": p.refund_amount / p.paid_amount.where(p.paid_amount != 0),
        "average_order_amount": p.spend_amount / buys,
        "life_cycle": np.select(
            [p.n_orders == 0, recency > 90, recency > 60, p.n_orders <= 2, p.n_orders <= 7],
            ["prospect", "lost", "declining", "introduction", "growth"], "mature",
        ),
        "activity": np.select([seen <= 30, seen <= 90, seen > 90], ["active", "quiet", "asleep"], None),
        **dict.fromkeys(("language", "member_tier", "member_days", "margin_amount", "satisfaction_score")),
        "is_member": False, "n_touches_30d": 0, "n_feedback": 0,
    }  # fmt: skip
    unwanted = ["born_on", "paid_amount", "discount_amount", "last_order_on", "n_discounted", "dwell_seconds"]
    unwanted += ["last_visit_on", "n_units", "listed", "n_checkouts"]
    return p.assign(**added, as_of=day).drop(columns=unwanted)


def _age_band(born_on: pd.Series, day: pd.Timestamp) -> Any:
    born = pd.to_datetime(born_on)
    had_birthday = born.dt.month * 100 + born.dt.day <= day.month * 100 + day.day
    age = day.year - born.dt.year - 1 + had_birthday
    return pd.cut(age.where(born > pd.Timestamp(1900, 1, 1)), BANDS, labels=BAND_NAMES)


def _city_tier(city: pd.Series) -> pd.Series:
    bare = city.str.strip().str.removesuffix("市")
    known = bare.map({name: tier for tier, names in TIERS.items() for name in names})
    return known.fillna(pd.Series(np.where(bare.str.contains("[一-鿿]"), "3+", None), index=city.index))
