"""RFM and the 50 traits in polars, lazily and on its streaming engine, as a good user writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from pathlib import Path

import polars as pl

from bench.portraits_pandas import ACTIONS, GROUP_OF_CODE, SALES
from quanyu.understand.trait.region import TIERS

ZONE = "Asia/Shanghai"


def run(folder: Path, as_of: dt.date, files: Mapping[str, list[Path]]) -> int:
    """Write rfm and portraits beside the files and return the number of buyers."""
    read = {name: pl.scan_parquet(paths) for name, paths in files.items()}
    people = read["people"].with_row_index("person")
    owner = read["identities"].join(people.select("person_id", "person"), on="person_id")
    owner = owner.select("id_key", "person")
    orders = read["orders"].join(owner, on="id_key")
    orders = orders.with_columns(
        on=pl.col("ordered_at").dt.convert_time_zone(ZONE).dt.date(), is_sale=pl.col("status").is_in(SALES)
    )
    groups = rfm(orders, as_of).join(people.select("person", "person_id"), on="person")
    found = groups.collect(engine="streaming")
    found.write_parquet(folder / "polars_rfm.parquet")
    facts = [*_purchases(orders, as_of), *_visits(read["events"].join(owner, on="id_key"), as_of)]
    facts += _baskets(read, orders)
    joined = reduce(lambda left, right: left.join(right, on="person", how="left"), facts, people)
    made = traits(joined, as_of).collect(engine="streaming")
    made.write_parquet(folder / "polars_portraits.parquet")
    return found.height


def rfm(orders: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """Return recency, frequency, money, their scores and the group per buyer."""
    counts = pl.col("is_sale") & (pl.col("net_amount") > 0)
    found = orders.group_by("person").agg(
        frequency=counts.sum(), last_on=pl.col("on").filter(counts).max(),
        monetary_amount=pl.col("net_amount").sum().cast(pl.Float64),
    )  # fmt: skip
    found = found.filter(pl.col("frequency") > 0).with_columns(
        recency_days=(pl.lit(as_of) - pl.col("last_on")).dt.total_days()
    )
    axes = (("r", "recency_days"), ("f", "frequency"), ("m", "monetary_amount"))
    scores, high = {}, []
    for axis, name in axes:
        value = pl.col(name)
        cuts = (value.quantile(q, "lower") for q in (0.2, 0.4, 0.6, 0.8))
        passed = pl.sum_horizontal((value > cut).cast(pl.Int64) for cut in cuts)
        scores[f"{axis}_score"] = 5 - passed if axis == "r" else 1 + passed
        high.append((value <= value.median() if axis == "r" else value >= value.median()).cast(pl.Int64))
    code = high[2] * 4 + high[1] * 2 + high[0]
    names = dict(enumerate(GROUP_OF_CODE))
    return found.with_columns(**scores, group=code.replace_strict(names, return_dtype=pl.String))


def _purchases(orders: pl.LazyFrame, as_of: dt.date) -> list[pl.LazyFrame]:
    sale, recent = pl.col("is_sale"), pl.col("on") > as_of - dt.timedelta(days=90)
    totals = orders.group_by("person").agg(
        n_orders=sale.sum(), n_orders_90d=(sale & recent).sum(),
        n_discounted=(sale & (pl.col("discount_amount") > 0)).sum(),
        first_order_on=pl.col("on").filter(sale).min(), last_order_on=pl.col("on").filter(sale).max(),
        spend_amount=pl.col("net_amount").sum(), spend_90d_amount=pl.col("net_amount").filter(recent).sum(),
        paid_amount=pl.col("paid_amount").sum(), refund_amount=pl.col("refund_amount").sum(),
        gross_amount=pl.col("gross_amount").filter(sale).sum(),
        discount_amount=pl.col("discount_amount").filter(sale).sum(),
        largest_order_amount=pl.col("net_amount").filter(sale).max(),
    )  # fmt: skip
    return [totals, favourite(orders.filter(sale), "channel", "preferred_platform")]


def _visits(events: pl.LazyFrame, as_of: dt.date) -> list[pl.LazyFrame]:
    visits = events.group_by("person", "channel", "session_id").agg(
        began_at=pl.col("occurred_at").min(), ended_at=pl.col("occurred_at").max(),
        **{column: pl.col("name").is_in(names).sum() for column, names in ACTIONS.items()},
    )  # fmt: skip
    began = pl.col("began_at").dt.convert_time_zone(ZONE)
    visits = visits.with_columns(hour=began.dt.hour(), weekday=began.dt.weekday(), on=began.dt.date())
    totals = visits.group_by("person").agg(
        n_sessions=pl.len(), n_sessions_30d=(pl.col("on") > as_of - dt.timedelta(days=30)).sum(),
        dwell_seconds=(pl.col("ended_at") - pl.col("began_at")).dt.total_seconds().sum(),
        last_visit_on=pl.col("on").max(), **{column: pl.col(column).sum() for column in ACTIONS},
    )  # fmt: skip
    channel = favourite(visits, "channel", "preferred_channel", n="n_channels")
    return [totals, channel, *(favourite(visits, c, f"favourite_{c}") for c in ("hour", "weekday"))]


def _baskets(read: dict[str, pl.LazyFrame], orders: pl.LazyFrame) -> list[pl.LazyFrame]:
    sales = orders.filter("is_sale").select("order_id", "person")
    lines = read["order_lines"].join(sales, on="order_id").join(read["items"], on="item_id", how="left")
    listed = pl.col("unit_price_amount").cast(pl.Float64) * pl.col("n_items")
    totals = lines.group_by("person").agg(price=listed.sum() / pl.col("n_items").sum())
    place = pl.col("price").rank("max") / pl.len()
    band = totals.select("person", price_band=(place * 5).ceil().cast(pl.Int64))
    amount = pl.col("net_amount").sum()
    category = favourite(lines, "category", "preferred_category", amount, n="n_categories")
    return [band, category, favourite(lines, "brand", "preferred_brand", amount)]


def favourite(
    rows: pl.LazyFrame, column: str, name: str, weight: pl.Expr | None = None, n: str = ""
) -> pl.LazyFrame:
    """Return per person the value with most rows or the largest total weight, the first on a tie."""
    cells = rows.group_by("person", column).agg(total=pl.len() if weight is None else weight)
    best = pl.col(column).sort_by("total", column, descending=[True, False]).first().alias(name)
    return cells.group_by("person").agg(best, *([pl.len().alias(n)] if n else []))


def traits(people: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """Return the 50 traits; those whose source the shop lacks are empty columns."""
    col, day = pl.col, pl.lit(as_of)
    names = people.collect_schema().names()
    counts = [name for name in names if name.startswith("n_")]
    counts += ["spend_amount", "spend_90d_amount", "gross_amount", "refund_amount"]
    people = people.with_columns(col(counts).fill_null(0))
    people = people.with_columns(
        recency_days=(day - col("last_order_on")).dt.total_days(),
        last_seen_days=(day - pl.max_horizontal("last_visit_on", "last_order_on")).dt.total_days(),
    )
    recency, seen = col("recency_days"), col("last_seen_days")
    span = (col("last_order_on") - col("first_order_on")).dt.total_days()
    return people.with_columns(
        as_of=day, age_band=_age_band(as_of), city_tier=_city_tier(),
        tenure_days=(day - col("first_order_on")).dt.total_days(),
        order_interval_days=pl.when(col("n_orders") > 1).then(span / (col("n_orders").cast(pl.Int64) - 1)),
        dwell_minutes=col("dwell_seconds") / pl.when(col("n_sessions") > 0).then(col("n_sessions")) / 60,
        funnel_stage=_first(
            [(col("n_orders") >= 2, "repeat"), (col("n_orders") == 1, "bought"),
             (col("n_checkouts") > 0, "checkout"), (col("n_add_to_cart") > 0, "cart"),
             (col("n_product_views") > 0, "viewed"), (col("n_sessions") > 0, "visited")], "unseen"),
        promotion_share=_share("n_discounted", "n_orders"),
        discount_rate=_share("discount_amount", "gross_amount"),
        refund_rate=_share("refund_amount", "paid_amount"),
        average_order_amount=_share("spend_amount", "n_orders"),
        life_cycle=_first(
            [(col("n_orders") == 0, "prospect"), (recency > 90, "lost"), (recency > 60, "declining"),
             (col("n_orders") <= 2, "introduction"), (col("n_orders") <= 7, "growth")], "mature"),
        activity=_first([(seen <= 30, "active"), (seen <= 90, "quiet"), (seen > 90, "asleep")], None),
        is_member=pl.lit(value=False), n_touches_30d=pl.lit(0), n_feedback=pl.lit(0),
        **{name: pl.lit(None) for name in
           ("language", "member_tier", "member_days", "margin_amount", "satisfaction_score")},
    ).drop("born_on", "paid_amount", "discount_amount", "last_order_on", "n_discounted", "dwell_seconds",
           "last_visit_on", "n_checkouts", "person")  # fmt: skip


def _share(part: str, whole: str) -> pl.Expr:
    divisor = pl.col(whole).cast(pl.Float64)
    return pl.col(part).cast(pl.Float64) / pl.when(divisor != 0).then(divisor)


def _first(cases: list[tuple[pl.Expr, str]], otherwise: str | None) -> pl.Expr:
    last = pl.lit(otherwise, dtype=pl.String)
    return reduce(
        lambda rest, case: pl.when(case[0]).then(pl.lit(case[1])).otherwise(rest), reversed(cases), last
    )


def _age_band(as_of: dt.date) -> pl.Expr:
    born = pl.col("born_on")
    had_birthday = born.dt.month().cast(pl.Int32) * 100 + born.dt.day() <= as_of.month * 100 + as_of.day
    age = as_of.year - born.dt.year() - 1 + had_birthday.cast(pl.Int32)
    labels = ["0-17", "18-24", "25-29", "30-34", "35-39", "40-49", "50-59", "60+"]
    return age.cut([17, 24, 29, 34, 39, 49, 59], labels=labels).cast(pl.String)


def _city_tier() -> pl.Expr:
    bare = pl.col("city").str.strip_chars().str.strip_suffix("市")
    known = bare.replace_strict({name: tier for tier, names in TIERS.items() for name in names}, default=None)
    return known.fill_null(pl.when(bare.str.contains("[一-鿿]")).then(pl.lit("3+")))
