"""What is added up per person: the facts that traits are made of. Owned by the stage understand."""

from __future__ import annotations

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table

ACTIONS = (
    C("n_page_views", "integer", "浏览量", "Page views", low=0, unit="view", note="pages and product pages"),
    C("n_product_views", "integer", "商品浏览量", "Product views", low=0, unit="view"),
    C("n_searches", "integer", "搜索次数", "Searches", low=0, unit="search"),
    C("n_favourites", "integer", "收藏次数", "Favourites", low=0, unit="item"),
    C("n_add_to_cart", "integer", "加购次数", "Added to cart", low=0, unit="item"),
    C("n_checkouts", "integer", "结算次数", "Checkouts", low=0, unit="event"),
)
"""What visits and people are counted by."""

FACTS = Table(
    "facts", "understand", "事实", "Facts", "person", ("person_id",),
    (
        C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym"),
        C("as_of", "day", "截至", "As of", is_required=True),
        C("n_orders", "integer", "订单数", "Orders", low=0, unit="order", note="orders that count as a sale"),
        C("n_orders_90d", "integer", "近90天订单数", "Orders, 90 days", low=0, unit="order"),
        C("n_orders_365d", "integer", "近365天订单数", "Orders, 365 days", low=0, unit="order"),
        C("n_discounted", "integer", "优惠订单数", "Orders at a discount", low=0, unit="order"),
        C("n_items_bought", "integer", "购买件数", "Items bought", unit="item"),
        C("first_order_on", "day", "首单日期", "First order on"),
        C("last_order_on", "day", "末单日期", "Last order on"),
        C("spend_amount", "money", "累计净消费", "Spend", unit="currency", note="net of refunds and returns"),
        C("spend_90d_amount", "money", "近90天净消费", "Spend, 90 days", unit="currency"),
        C("paid_amount", "money", "累计实付", "Paid", unit="currency"),
        C("refund_amount", "money", "累计退款", "Refunds", unit="currency"),
        C("margin_amount", "money", "累计毛利", "Margin", unit="currency", note="null where costs are not known"),
        C("gross_amount", "money", "累计商品总额", "Gross", unit="currency"),
        C("discount_amount", "money", "累计优惠", "Discounts", unit="currency"),
        C("largest_order_amount", "money", "最大单笔", "Largest order", unit="currency"),
        C("n_platforms", "integer", "购买平台数", "Platforms bought on", low=0),
        C("preferred_platform", "text", "偏好平台", "Preferred platform", note="of most orders"),
        C("order_region", "text", "收货省份", "Region of orders", note="of most orders"),
        C("n_sessions", "integer", "访问次数", "Visits", low=0, unit="visit"),
        C("n_sessions_30d", "integer", "近30天访问次数", "Visits, 30 days", low=0, unit="visit"),
        C("dwell_seconds", "integer", "停留总秒数", "Seconds of visits", low=0, unit="second"),
        C("first_visit_on", "day", "首次访问", "First visit on"),
        C("last_visit_on", "day", "末次访问", "Last visit on"),
        *ACTIONS,
        C("favourite_hour", "integer", "常访时段", "Favourite hour", low=0, high=23, unit="hour"),
        C("favourite_weekday", "integer", "常访星期", "Favourite weekday", low=1, high=7, unit="weekday", note="1 is Monday"),
        C("n_channels", "integer", "渠道数", "Channels", low=0, unit="channel"),
        C("preferred_channel", "text", "偏好渠道", "Preferred channel", note="of most visits"),
        C("n_units", "integer", "订单行件数", "Items in order lines", unit="item"),
        C("listed_amount", "price", "订单行原价总额", "List price of order lines", unit="currency"),
        C("unit_price", "number", "件均价", "Mean unit price", unit="currency"),
        C("n_categories", "integer", "购买类目数", "Categories bought", low=0, unit="category"),
        C("preferred_category", "text", "偏好类目", "Preferred category", note="most money spent"),
        C("n_brands", "integer", "购买品牌数", "Brands bought", low=0),
        C("preferred_brand", "text", "偏好品牌", "Preferred brand", note="most money spent"),
        C("n_touches", "integer", "触达次数", "Contacts", low=0, unit="contact"),
        C("n_touches_30d", "integer", "近30天触达次数", "Contacts, 30 days", low=0, unit="contact"),
        C("last_touch_on", "day", "最近触达", "Last contact on"),
        C("n_feedback", "integer", "反馈次数", "Feedback given", low=0, unit="item"),
        C("n_scores", "integer", "评分次数", "Scores given", low=0),
        C("total_score", "number", "评分合计", "Sum of scores", unit="point"),
    ),
)  # fmt: skip
