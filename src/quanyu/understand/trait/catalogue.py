"""The traits that come with Quanyu, as one table in four families."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from quanyu.understand.trait.life_cycle import stage
from quanyu.understand.trait.trait import Trait
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


def last_seen(p: ir.Table) -> ir.Value:
    """Return the last day with a visit or an order."""
    return ibis.greatest(
        p.last_visit_on.fill_null(p.last_order_on), p.last_order_on.fill_null(p.last_visit_on)
    )


def activity(p: ir.Table) -> ir.Value:
    """Return how active a person is by the days since the last visit or order."""
    days = days_between(p.as_of, last_seen(p))
    return ibis.cases((days <= 30, "active"), (days <= 90, "quiet"), (days > 90, "asleep"))


def funnel_stage(p: ir.Table) -> ir.Value:
    """Return the deepest step a person has reached."""
    reached = (
        (p.n_orders >= 2, "repeat"), (p.n_orders == 1, "bought"), (p.n_checkouts > 0, "checkout"),
        (p.n_add_to_cart > 0, "cart"), (p.n_product_views > 0, "viewed"), (p.n_sessions > 0, "visited"),
    )  # fmt: skip
    return ibis.cases(*reached, else_="unseen")


def order_interval(p: ir.Table) -> ir.Value:
    """Return the mean days between consecutive orders, null below two orders."""
    span = days_between(p.last_order_on, p.first_order_on).cast("float64")
    return span / (p.n_orders - 1).nullif(0)


TRAITS = (
    Trait("sex", "性别", "Sex", "basic", "text", same("sex"), "", "As the member files say"),
    Trait("age_band", "年龄段", "Age band", "basic", "text", age_band, "",
          "Age in whole years on the as-of day"),
    Trait("region", "省份", "Region", "basic", "text", lambda p: p.home_region.fill_null(p.order_region), "",
          "Region of the member file, else where most orders went"),
    Trait("city", "城市", "City", "basic", "text", same("city"), "", "City of the member file"),
    Trait("city_tier", "城市等级", "City tier", "basic", "text", same("city_tier"), "",
          "First-tier, new first-tier, second-tier or other Chinese cities (Yicai ranking 2024)"),
    Trait("language", "语言", "Language", "basic", "text", same("language"), "", "As the member files say"),
    Trait("is_member", "是否会员", "Member", "basic", "flag",
          lambda p: p.joined_on.notnull() | p.member_tier.notnull(), "", "Has a joining day or a tier"),
    Trait("member_tier", "会员等级", "Member tier", "basic", "text", same("member_tier"), "",
          "As the member files say"),
    Trait("member_days", "入会天数", "Days as a member", "basic", "integer", days_since("joined_on"), "day",
          "Days since joining"),
    Trait("n_identifiers", "标识数", "Identifiers", "basic", "integer", same("n_identifiers"), "identifier",
          "Identifiers joined to this person"),
    Trait("recency_days", "最近购买距今", "Days since last order", "behaviour", "integer",
          days_since("last_order_on"), "day", "Days from the last sale to the as-of day"),
    Trait("first_order_on", "首单日期", "First order", "behaviour", "day", same("first_order_on"), "",
          "Day of the first sale"),
    Trait("tenure_days", "客龄", "Days as a customer", "behaviour", "integer", days_since("first_order_on"),
          "day", "Days since the first sale"),
    Trait("n_orders", "订单数", "Orders", "behaviour", "integer", count("n_orders"), "order",
          "Orders that count as a sale"),
    Trait("n_orders_90d", "近90天订单数", "Orders, 90 days", "behaviour", "integer", count("n_orders_90d"),
          "order", "Sales in the last 90 days"),
    Trait("order_interval_days", "平均购买间隔", "Days between orders", "behaviour", "number", order_interval,
          "day", "Mean days between consecutive sales; unknown below two"),
    Trait("n_sessions", "访问次数", "Visits", "behaviour", "integer", count("n_sessions"), "visit",
          "Sessions; events without one count as one visit a day"),
    Trait("n_sessions_30d", "近30天访问次数", "Visits, 30 days", "behaviour", "integer",
          count("n_sessions_30d"), "visit", "Visits begun in the last 30 days"),
    Trait("dwell_minutes", "平均停留时长", "Minutes per visit", "behaviour", "number",
          lambda p: p.dwell_seconds.cast("float64") / (p.n_sessions * 60).nullif(0), "minute",
          "Mean time from the first to the last event of a visit"),
    Trait("n_page_views", "浏览量", "Page views", "behaviour", "integer", count("n_page_views"), "view",
          "Pages and product pages seen"),
    Trait("n_product_views", "商品浏览量", "Product views", "behaviour", "integer", count("n_product_views"),
          "view", "Product pages seen"),
    Trait("n_searches", "搜索次数", "Searches", "behaviour", "integer", count("n_searches"), "search",
          "Searches made"),
    Trait("n_favourites", "收藏次数", "Favourites", "behaviour", "integer", count("n_favourites"), "item",
          "Items marked as a favourite"),
    Trait("n_add_to_cart", "加购次数", "Added to cart", "behaviour", "integer", count("n_add_to_cart"),
          "item", "Items put into the cart"),
    Trait("last_seen_days", "最近活跃距今", "Days since seen", "behaviour", "integer",
          lambda p: days_between(p.as_of, last_seen(p)), "day", "Days since the last visit or order"),
    Trait("favourite_hour", "常访时段", "Favourite hour", "behaviour", "integer", same("favourite_hour"),
          "hour", "Local hour in which most visits begin; the earliest on a tie"),
    Trait("favourite_weekday", "常访星期", "Favourite weekday", "behaviour", "integer",
          same("favourite_weekday"), "",
          "Day on which most visits begin, 1 Monday to 7 Sunday; the earliest on a tie"),
    Trait("preferred_channel", "偏好渠道", "Preferred channel", "behaviour", "text",
          same("preferred_channel"), "", "Channel of most visits"),
    Trait("preferred_platform", "偏好平台", "Preferred platform", "behaviour", "text",
          same("preferred_platform"), "", "Channel of most orders"),
    Trait("n_channels", "渠道数", "Channels", "behaviour", "integer", count("n_channels"), "channel",
          "Different channels visited"),
    Trait("n_touches_30d", "近30天触达次数", "Contacts, 30 days", "behaviour", "integer",
          count("n_touches_30d"), "contact", "Times reached in the last 30 days"),
    Trait("funnel_stage", "转化阶段", "Funnel stage", "behaviour", "text", funnel_stage, "",
          "Deepest step reached: visited, viewed, cart, checkout, bought, repeat"),
    Trait("preferred_category", "偏好类目", "Preferred category", "interest", "text",
          same("preferred_category"), "", "Category with most money spent"),
    Trait("preferred_brand", "偏好品牌", "Preferred brand", "interest", "text", same("preferred_brand"), "",
          "Brand with most money spent"),
    Trait("price_band", "价格带", "Price band", "interest", "integer", same("price_band"), "",
          "Fifth of all buyers by mean unit price, 5 is dearest"),
    Trait("n_categories", "购买类目数", "Categories bought", "interest", "integer", count("n_categories"),
          "category", "Different categories bought"),
    Trait("promotion_share", "优惠订单占比", "Share of orders on promotion", "interest", "number",
          share("n_discounted", "n_orders"), "share", "Sales with a discount / sales"),
    Trait("discount_rate", "平均折扣率", "Discount rate", "interest", "number",
          share("discount_amount", "gross_amount"), "share", "Discounts / list price of what was bought"),
    Trait("satisfaction_score", "平均评分", "Satisfaction", "interest", "number",
          share("total_score", "n_scores"), "point", "Mean score of reviews and surveys"),
    Trait("n_feedback", "反馈次数", "Feedback given", "interest", "integer", count("n_feedback"), "item",
          "Reviews, surveys, tickets and posts"),
    Trait("spend_amount", "累计净消费", "Spend", "value", "money", count("spend_amount"), "currency",
          "Net of refunds and returns, over all orders"),
    Trait("spend_90d_amount", "近90天净消费", "Spend, 90 days", "value", "money", count("spend_90d_amount"),
          "currency", "Net spend in the last 90 days"),
    Trait("gross_amount", "累计商品总额", "Gross", "value", "money", count("gross_amount"), "currency",
          "List price of what was bought, before discounts and refunds"),
    Trait("margin_amount", "累计毛利", "Margin", "value", "money", same("margin_amount"), "currency",
          "Net less cost of goods; unknown without costs"),
    Trait("refund_amount", "累计退款", "Refunds", "value", "money", count("refund_amount"), "currency",
          "Refunds and returns"),
    Trait("refund_rate", "退款率", "Refund rate", "value", "number", share("refund_amount", "paid_amount"),
          "share", "Refunds / paid"),
    Trait("average_order_amount", "笔单价", "Average order", "value", "number",
          share("spend_amount", "n_orders"), "currency", "Net spend / sales"),
    Trait("largest_order_amount", "最大单笔", "Largest order", "value", "money", same("largest_order_amount"),
          "currency", "Largest net amount of one sale"),
    Trait("life_cycle", "生命周期", "Life cycle", "value", "text", stage, "",
          "Prospect, introduction, growth, mature, declining, lost: by orders and days since the last one"),
    Trait("activity", "活跃度", "Activity", "value", "text", activity, "",
          "Active: seen within 30 days; quiet: within 90; asleep: longer ago"),
)  # fmt: skip
"""Every trait that comes with Quanyu."""
