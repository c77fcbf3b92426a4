"""The traits that come with Quanyu, as one table in four families."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from quanyu.tables.contract import Kind
from quanyu.tables.view.trait_names import TRAIT_NAMES
from quanyu.text import Text
from quanyu.understand.trait.life_cycle import stage
from quanyu.understand.trait.trait import Family, Trait
from quanyu.warehouse.portable import days_between

AGE_BANDS = (
    (18, "0-17"),
    (25, "18-24"),
    (30, "25-29"),
    (35, "30-34"),
    (40, "35-39"),
    (50, "40-49"),
    (60, "50-59"),
)
"""Upper ends (exclusive) and names; older people are 60+."""
ACTIVITIES: tuple[Text, ...] = ("active", "quiet", "asleep")
FUNNEL: tuple[Text, ...] = ("repeat", "bought", "checkout", "cart", "viewed", "visited", "unseen")
"""The steps that a person can have reached, the deepest first."""


def count(name: str) -> Callable[[ir.Table], ir.Value]:
    """Return the expression of a count that is 0 for people without the fact."""
    return lambda p: p[name].fill_null(0)


def same(name: str) -> Callable[[ir.Table], ir.Value]:
    """Return the expression of a fact as it is, null where unknown."""
    return lambda p: p[name]


def days_since(name: str) -> Callable[[ir.Table], ir.Value]:
    """Return the expression of the days from a day to the as-of day."""
    return lambda p: days_between(p.as_of, p[name])


def share(part: str, whole: str) -> Callable[[ir.Table], ir.Value]:
    """Return the expression of part / whole, null where the whole is 0 or unknown."""
    return lambda p: p[part].cast("float64") / p[whole].cast("float64").nullif(0)


def age_band(p: ir.Table) -> ir.Value:
    """Return the age band on the as-of day from the birthday; births before 1900 are no birthdays."""
    had_birthday = p.born_on.month() * 100 + p.born_on.day() <= p.as_of.month() * 100 + p.as_of.day()
    age = p.as_of.year() - p.born_on.year() - 1 + had_birthday.cast("int32")
    bands = ibis.cases(*((age < limit, name) for limit, name in AGE_BANDS), else_="60+")
    return ibis.ifelse(
        (p.born_on > ibis.literal(dt.date(1900, 1, 1))) & (age >= 0), bands, ibis.null("string")
    )


def birthday(p: ir.Table) -> ir.Value:
    """Return the day of birth without its year: in 2000, which has every day."""
    return ibis.date(ibis.literal(2000), p.born_on.month(), p.born_on.day())


def last_seen(p: ir.Table) -> ir.Value:
    """Return the last day with a visit or an order."""
    return ibis.greatest(
        p.last_visit_on.fill_null(p.last_order_on), p.last_order_on.fill_null(p.last_visit_on)
    )


def activity(p: ir.Table) -> ir.Value:
    """Return how active a person is by the days since the last visit or order."""
    days = days_between(p.as_of, last_seen(p))
    active, quiet, asleep = ACTIVITIES
    return ibis.cases((days <= 30, active), (days <= 90, quiet), (days > 90, asleep))


def funnel_stage(p: ir.Table) -> ir.Value:
    """Return the deepest step a person has reached."""
    reached = (
        p.n_orders >= 2, p.n_orders == 1, p.n_checkouts > 0, p.n_add_to_cart > 0, p.n_product_views > 0, p.n_sessions > 0,
    )  # fmt: skip
    *depths, unseen = FUNNEL
    return ibis.cases(*zip(reached, depths, strict=True), else_=unseen)


def order_interval(p: ir.Table) -> ir.Value:
    """Return the mean days between consecutive orders, null below two orders."""
    span = days_between(p.last_order_on, p.first_order_on).cast("float64")
    return span / (p.n_orders - 1).nullif(0)


def trait(
    name: str, family: Family, kind: Kind, of: Callable[[ir.Table], ir.Value], note: Text, *, unit: str = ""
) -> Trait:
    """Return a trait that is called as the shared words say."""
    zh, en = TRAIT_NAMES[name]
    return Trait(name=name, zh=zh, en=en, family=family, kind=kind, of=of, unit=unit, note=note)


TRAITS = (
    trait("sex", "basic", "text", same("sex"), "As the member files say"),
    trait("age_band", "basic", "text", age_band, "Age in whole years on the as-of day"),
    trait("birthday_on", "basic", "day", birthday, "Day of birth in the year 2000; the year itself is not kept"),
    trait("region", "basic", "text", lambda p: p.home_region.fill_null(p.order_region),
          "Region of the member file, else where most orders went"),
    trait("city", "basic", "text", same("city"), "City of the member file"),
    trait("city_tier", "basic", "text", same("city_tier"),
          "First-tier, new first-tier, second-tier or other Chinese cities (Yicai ranking 2024)"),
    trait("language", "basic", "text", same("language"), "As the member files say"),
    trait("is_member", "basic", "flag", lambda p: p.joined_on.notnull() | p.member_tier.notnull(),
          "Has a joining day or a tier"),
    trait("member_tier", "basic", "text", same("member_tier"), "As the member files say"),
    trait("member_days", "basic", "integer", days_since("joined_on"), "Days since joining", unit="day"),
    trait("n_identifiers", "basic", "integer", same("n_identifiers"),
          "Identifiers joined to this person", unit="identifier"),
    trait("recency_days", "behaviour", "integer", days_since("last_order_on"),
          "Days from the last sale to the as-of day", unit="day"),
    trait("first_order_on", "behaviour", "day", same("first_order_on"), "Day of the first sale"),
    trait("tenure_days", "behaviour", "integer", days_since("first_order_on"), "Days since the first sale", unit="day"),
    trait("n_orders", "behaviour", "integer", count("n_orders"), "Orders that count as a sale", unit="order"),
    trait("n_orders_90d", "behaviour", "integer", count("n_orders_90d"), "Sales in the last 90 days", unit="order"),
    trait("order_interval_days", "behaviour", "number", order_interval,
          "Mean days between consecutive sales; unknown below two", unit="day"),
    trait("n_sessions", "behaviour", "integer", count("n_sessions"),
          "Sessions; events without one count as one visit a day", unit="visit"),
    trait("n_sessions_30d", "behaviour", "integer", count("n_sessions_30d"),
          "Visits begun in the last 30 days", unit="visit"),
    trait("dwell_minutes", "behaviour", "number", lambda p: p.dwell_seconds.cast("float64") / (p.n_sessions * 60).nullif(0),
          "Mean time from the first to the last event of a visit", unit="minute"),
    trait("n_page_views", "behaviour", "integer", count("n_page_views"), "Pages and product pages seen", unit="view"),
    trait("n_product_views", "behaviour", "integer", count("n_product_views"), "Product pages seen", unit="view"),
    trait("n_searches", "behaviour", "integer", count("n_searches"), "Searches made", unit="search"),
    trait("n_favourites", "behaviour", "integer", count("n_favourites"), "Items marked as a favourite", unit="item"),
    trait("n_add_to_cart", "behaviour", "integer", count("n_add_to_cart"), "Items put into the cart", unit="item"),
    trait("last_seen_days", "behaviour", "integer", lambda p: days_between(p.as_of, last_seen(p)),
          "Days since the last visit or order", unit="day"),
    trait("favourite_hour", "behaviour", "integer", same("favourite_hour"),
          "Local hour in which most visits begin; the earliest on a tie", unit="hour"),
    trait("favourite_weekday", "behaviour", "integer", same("favourite_weekday"),
          "Day on which most visits begin, 1 Monday to 7 Sunday; the earliest on a tie", unit="weekday"),
    trait("preferred_channel", "behaviour", "text", same("preferred_channel"), "Channel of most visits"),
    trait("preferred_platform", "behaviour", "text", same("preferred_platform"), "Channel of most orders"),
    trait("n_channels", "behaviour", "integer", count("n_channels"), "Different channels visited", unit="channel"),
    trait("n_touches_30d", "behaviour", "integer", count("n_touches_30d"),
          "Times reached in the last 30 days", unit="contact"),
    trait("funnel_stage", "behaviour", "text", funnel_stage,
          "Deepest step reached: visited, viewed, cart, checkout, bought, repeat"),
    trait("preferred_category", "interest", "text", same("preferred_category"), "Category with most money spent"),
    trait("preferred_brand", "interest", "text", same("preferred_brand"), "Brand with most money spent"),
    trait("price_band", "interest", "integer", same("price_band"), "Fifth of all buyers by mean unit price, 5 is dearest"),
    trait("n_categories", "interest", "integer", count("n_categories"), "Different categories bought", unit="category"),
    trait("promotion_share", "interest", "number", share("n_discounted", "n_orders"),
          "Sales with a discount / sales", unit="share"),
    trait("discount_rate", "interest", "number", share("discount_amount", "gross_amount"),
          "Discounts / list price of what was bought", unit="share"),
    trait("satisfaction_score", "interest", "number", share("total_score", "n_scores"),
          "Mean score of reviews and surveys", unit="point"),
    trait("n_feedback", "interest", "integer", count("n_feedback"), "Reviews, surveys, tickets and posts", unit="item"),
    trait("spend_amount", "value", "money", count("spend_amount"),
          "Net of refunds and returns, over all orders", unit="currency"),
    trait("spend_90d_amount", "value", "money", count("spend_90d_amount"),
          "Net spend in the last 90 days", unit="currency"),
    trait("gross_amount", "value", "money", count("gross_amount"),
          "List price of what was bought, before discounts and refunds", unit="currency"),
    trait("margin_amount", "value", "money", same("margin_amount"),
          "Net less cost of goods; unknown without costs", unit="currency"),
    trait("refund_amount", "value", "money", count("refund_amount"), "Refunds and returns", unit="currency"),
    trait("refund_rate", "value", "number", share("refund_amount", "paid_amount"), "Refunds / paid", unit="share"),
    trait("average_order_amount", "value", "number", share("spend_amount", "n_orders"),
          "Net spend / sales", unit="currency"),
    trait("largest_order_amount", "value", "money", same("largest_order_amount"),
          "Largest net amount of one sale", unit="currency"),
    trait("life_cycle", "value", "text", stage,
          "Prospect, introduction, growth, mature, declining, lost: by orders and days since the last one"),
    trait("activity", "value", "text", activity, "Active: seen within 30 days; quiet: within 90; asleep: longer ago"),
)  # fmt: skip
"""Every trait that comes with Quanyu."""
