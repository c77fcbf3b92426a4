"""The catalogue of metrics: each is defined here once, and every screen, report and answer uses this
definition.

Source of the Chinese platform definitions: the metric dictionaries of 生意参谋 and of the ad platforms.
"""

from __future__ import annotations

from quanyu.errors import UnknownMetricError
from quanyu.nearest import did_you_mean
from quanyu.tables.metric.metric import Measure, Metric, index

_ADDED = {
    "orders": (
        "paid", "paid_on_sales", "paid_by_known", "gross", "discount", "shipping", "refund", "net",
        "margin", "net_with_margin", "n_orders", "n_paid_orders", "n_refunded_orders", "n_items",
        "margin_less_cost",
    ),
    "events": ("n_page_views", "n_sessions", "n_bounced"),
    "spend": ("impressions", "clicks", "cost", "platform_orders", "platform_revenue"),
    "feedback": ("n_reviews", "review_score", "n_survey", "survey_balance"),
}  # fmt: skip
_DISTINCT = {
    "orders": ("n_buyers", "n_new_buyers", "n_repeat_buyers", "n_previous_buyers", "n_returning_buyers"),
    "lines": ("n_items_sold", "n_items_on_sale"),
    "events": ("n_visitors", "n_cart_visitors", "n_favourite_visitors"),
}
MEASURES = {
    name: Measure(name, fact, is_additive)  # type: ignore[arg-type]
    for names, is_additive in ((_ADDED, True), (_DISTINCT, False))
    for fact, listed in names.items()
    for name in listed
}
"""Every number the engine adds up, by name."""

TRADE = (
    Metric("gmv", "paid", "", "currency", "up", ("支付金额 (GMV)", "GMV (paid)"), (
        "已付款订单的实付金额，含运费，之后的退款不扣除；预售在付尾款日计入。付款后关闭的订单也计入。",
        "Amount paid with postage; later refunds are not deducted; presale counts on the day the balance is paid. "
        "Orders closed after payment count too.")),
    Metric("gross", "gross", "", "currency", "up", ("商品原价总额", "Gross"), (
        "成交订单的商品标价总额，不含运费，优惠前。",
        "List price of what was sold, without postage, before discounts.")),
    Metric("net_revenue", "net", "", "currency", "up", ("净成交额", "Net revenue"), (
        "实付减退款；单独的退货单按退货日扣减。与支付金额不同，请勿混用。",
        "Paid less refunded; return documents count on their own day. Not the same as GMV.")),
    Metric("margin", "margin", "", "currency", "up", ("毛利", "Margin"), (
        "净成交额减商品成本；成本未知的订单按其余订单的平均毛利率估算，都未知则不计。",
        "Net revenue less cost of goods; where a cost is not known, by the mean margin rate of the other orders.")),
    Metric("margin_rate", "margin", "net_with_margin", "ratio", "up", ("毛利率", "Margin rate"), (
        "毛利 / 成本已知订单的净成交额。", "Margin / net revenue of the orders whose cost is known.")),
    Metric("discount_rate", "discount", "gross", "ratio", "down", ("优惠率", "Discount rate"), (
        "优惠金额 / 商品原价总额。", "Discounts / gross.")),
    Metric("refund", "refund", "", "currency", "down", ("退款金额", "Refunds"), (
        "按订单付款日归属；单独的退货单按退货日归属。", "On the day of the order's payment; return documents on their own day.")),
    Metric("refund_rate", "refund", "paid", "ratio", "down", ("退款率 (金额)", "Refund rate (amount)"), (
        "退款金额 / 支付金额。近期订单的退款尚未发生完，数值偏低。",
        "Refunded / paid. Refunds of recent orders are still to come, so recent values are low.")),
    Metric("refund_order_rate", "n_refunded_orders", "n_paid_orders", "ratio", "down", ("退款率 (单数)", "Refund rate (orders)"), (
        "有退款的订单数 (含退货单) / 支付订单数 (含付款后关闭的)。",
        "Orders with a refund, return documents included / orders paid, closed ones included.")),
    Metric("n_orders", "n_orders", "", "count", "up", ("成交订单数", "Orders"), (
        "已付款、已发货、已完成且金额大于 0 的订单。", "Orders paid, shipped or completed, with a value above 0.")),
    Metric("n_items", "n_items", "", "count", "up", ("成交件数", "Items sold"), (
        "成交订单的商品件数，退货前。", "Items of sold orders, before returns.")),
    Metric("aov_per_order", "paid_on_sales", "n_orders", "currency", "up", ("笔单价", "Order value"), (
        "成交订单实付金额 / 成交订单数。有的系统称之为客单价；按人算的见人均客单价。",
        "Paid on sold orders / orders. Some systems call this the customer value; see spend per buyer.")),
    Metric("items_per_order", "n_items", "n_orders", "times", "up", ("连带率", "Items per order"), (
        "成交件数 / 成交订单数 (件/单)。", "Items sold / orders.")),
)  # fmt: skip

BUYERS = (
    Metric("n_buyers", "n_buyers", "", "count", "up", ("支付买家数", "Buyers"), (
        "期内有成交的不同买家；跨日、周、月去重，不能相加。无法识别的买家不计。",
        "Different people with a sale in the period; counted per period, never added up. Unidentified buyers are left out.")),
    Metric("aov_per_buyer", "paid_by_known", "n_buyers", "currency", "up", ("人均客单价", "Spend per buyer"), (
        "可识别买家的实付金额 / 支付买家数 (生意参谋的客单价口径)。按订单算的见笔单价。",
        "Paid by identified buyers / buyers. Not the order value, which divides by orders.")),
    Metric("n_new_buyers", "n_new_buyers", "", "count", "up", ("新买家数", "New buyers"), (
        "首次成交落在期内的买家。数据开始的一段时间内，老买家也会显示为新买家。",
        "Buyers whose first sale in the data falls in the period. Where the data begins, everybody looks new.")),
    Metric("new_buyer_share", "n_new_buyers", "n_buyers", "ratio", "none", ("新客占比", "New buyer share"), (
        "新买家数 / 支付买家数。", "New buyers / buyers.")),
    Metric("repurchase_rate", "n_repeat_buyers", "n_buyers", "ratio", "up", ("复购率", "Repurchase rate"), (
        "期内在两个及以上日子成交的买家 / 期内买家。同日拆单只算一次；周期不同的复购率不可比。",
        "Buyers with sales on two or more days of the period / its buyers. Orders split on one day count once; "
        "rates of periods of different length cannot be compared.")),
    Metric("return_purchase_rate", "n_returning_buyers", "n_previous_buyers", "ratio", "up", ("回购率", "Return purchase rate"), (
        "上一期买家中本期再次成交的比例。与复购率不同。",
        "Share of the previous period's buyers who buy again in this one. Not the repurchase rate.")),
    Metric("sell_through", "n_items_sold", "n_items_on_sale", "ratio", "up", ("动销率", "Sell-through"), (
        "期内有成交的商品数 / 期末已上架的商品数。", "Items with a sale in the period / items launched by its end.")),
)  # fmt: skip

TRAFFIC = (
    Metric("visitors", "n_visitors", "", "count", "up", ("访客数 (UV)", "Visitors"), (
        "期内有行为的不同访客；按身份合并后去重，不能相加。",
        "Different visitors with an event in the period, after identities are joined; never added up.")),
    Metric("sessions", "n_sessions", "", "count", "up", ("访问次数", "Sessions"), (
        "不同会话数，跨午夜的会话每日各计一次。", "Different sessions; one that passes midnight counts on both days.")),
    Metric("page_views", "n_page_views", "", "count", "up", ("浏览量 (PV)", "Page views"), (
        "页面与商品页浏览次数。", "Views of pages and product pages.")),
    Metric("bounce_rate", "n_bounced", "n_sessions", "ratio", "down", ("跳失率", "Bounce rate"), (
        "只有一个行为的会话 / 会话数。生意参谋按点击人数与日均值计算，数值不同。",
        "Sessions with one event only / sessions. Platforms that use clicks and daily means give other values.")),
    Metric("pay_conversion_rate", "n_buyers", "n_visitors", "ratio", "up", ("支付转化率", "Pay conversion rate"), (
        "支付买家数 / 访客数。下单转化率另用下单买家数。未接入行为数据的渠道会使其偏高。",
        "Buyers / visitors. Sales of channels that bring no events make it too high.")),
    Metric("uv_value", "paid", "n_visitors", "currency", "up", ("UV 价值", "Value per visitor"), (
        "支付金额 / 访客数。", "GMV / visitors.")),
    Metric("cart_rate", "n_cart_visitors", "n_visitors", "ratio", "up", ("加购率", "Cart rate"), (
        "加购人数 / 访客数。广告报表常用总购物车数 / 点击量，不同。",
        "Visitors who put something into the cart / visitors. Ad reports divide carts by clicks instead.")),
    Metric("favourite_rate", "n_favourite_visitors", "n_visitors", "ratio", "up", ("收藏率", "Favourite rate"), (
        "收藏人数 / 访客数。", "Visitors who marked a favourite / visitors.")),
)  # fmt: skip

SPENDING = (
    Metric("impressions", "impressions", "", "count", "up", ("展现量", "Impressions"), ("广告展现次数。", "Times ads were shown.")),
    Metric("clicks", "clicks", "", "count", "up", ("点击量", "Clicks"), ("广告点击次数。", "Clicks on ads.")),
    Metric("cost", "cost", "", "currency", "none", ("推广花费", "Ad cost"), (
        "各平台报告的花费；同一投放按不同归因窗口重复导出时只计一次。",
        "Cost reported by the platforms; the same placement exported for several attribution windows counts once.")),
    Metric("ctr", "clicks", "impressions", "ratio", "up", ("点击率 (CTR)", "CTR"), (
        "点击量 / 展现量，由合计计算，从不平均比率。", "Clicks / impressions, from sums; ratios are never averaged.")),
    Metric("cpc", "cost", "clicks", "currency", "down", ("点击单价 (CPC)", "CPC"), ("花费 / 点击量。", "Cost / clicks.")),
    Metric("cpm", "cost", "impressions", "currency", "down", ("千次展现成本 (CPM)", "CPM"), (
        "花费 / 展现量 × 1000。", "Cost / impressions × 1000."), 1000.0),
    Metric("roas", "net", "cost", "times", "up", ("综合投产比 (ROAS)", "Blended ROAS"), (
        "净成交额 / 推广花费，全店口径，不归因。广告工具的 ROI 即 ROAS，不是利润 ROI。",
        "Net revenue / ad cost, whole shop, no attribution. What ad tools call ROI is ROAS, not profit.")),
    Metric("profit_roi", "margin_less_cost", "cost", "ratio", "up", ("利润 ROI", "Profit ROI"), (
        "(毛利 − 花费) / 花费，全店口径。", "(Margin − cost) / cost, whole shop.")),
    Metric("platform_roas", "platform_revenue", "cost", "times", "up", ("平台投产比", "ROAS by the platforms"), (
        "平台自报成交额 / 花费。多个平台会争抢同一订单，之和通常大于实际。",
        "Revenue the platforms claim / cost. Several platforms claim the same order, so their sum exceeds the truth.")),
    Metric("cost_share", "cost", "paid", "ratio", "down", ("费销比", "Cost share"), (
        "推广花费 / 支付金额，全店口径。", "Ad cost / GMV, whole shop.")),
    Metric("cac", "cost", "n_new_buyers", "currency", "down", ("获客成本 (CAC)", "CAC"), (
        "推广花费 / 新买家数。老客投放也计入花费，因此是上限。",
        "Ad cost / new buyers. Cost spent on old buyers is included, so this is an upper bound.")),
)  # fmt: skip

VOICE = (
    Metric("n_reviews", "n_reviews", "", "count", "up", ("评价数", "Reviews"), ("有评分的评价。", "Reviews with a score.")),
    Metric("satisfaction", "review_score", "n_reviews", "score", "up", ("评价均分", "Review score"), (
        "评价分数之和 / 评价数 (1 到 5 分)。", "Sum of review scores / reviews (1 to 5).")),
    Metric("nps", "survey_balance", "n_survey", "ratio", "up", ("净推荐值 (NPS)", "NPS"), (
        "(9–10 分人数 − 0–6 分人数) / 问卷数。", "(Scores 9–10 less scores 0–6) / survey answers.")),
)  # fmt: skip

METRICS = index((*TRADE, *BUYERS, *TRAFFIC, *SPENDING, *VOICE))
"""Every metric by name, in the order in which screens list them."""


def metric(name: str) -> Metric:
    """Return a metric by name; raise `UnknownMetricError` listing the names otherwise.

    >>> metric("cpm").denominator
    'impressions'
    """
    try:
        return METRICS[name]
    except KeyError:
        near = did_you_mean(name, METRICS)
        raise UnknownMetricError(
            "There is no metric {name!r}.",
            "{near} Metrics: {metrics}." if near else "Metrics: {metrics}.",
            name=name,
            near=near,
            metrics=", ".join(METRICS),
        ) from None


def is_additive(name: str) -> bool:
    """Say whether days of the metric's sums add up to longer periods.

    >>> is_additive("gmv"), is_additive("n_buyers")
    (True, False)
    """
    return all(MEASURES[part].is_additive for part in metric(name).measures if part in MEASURES)
