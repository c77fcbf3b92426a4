"""What sources bring: facts as they came, and the people found in them. Owned by the stage collect."""

from __future__ import annotations

from quanyu.tables.column import CURRENCY, ID_KEY, SOURCE, converted
from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.tables.owned.continuation import CONTINUATIONS
from quanyu.tables.owned.people import (
    CONSENTS,
    IDENTITIES,
    IDENTITY_LOG,
    LINKS,
    LIST_MEMBERS,
    MEMBERS,
    PEOPLE,
)
from quanyu.text import Text

STATUSES: tuple[Text, ...] = ("placed", "paid", "shipped", "completed", "closed", "returned", "adjusted")
"""placed: not paid yet; closed: cancelled or refunded in full; returned: a return document of its own;
adjusted: a bookkeeping entry that is no sale."""

SALES = ("paid", "shipped", "completed")
"""Statuses that count as a sale."""

CHANNELS_NOTE = "platform or medium: taobao, jd, douyin, wechat, own, search, social, mail, sms, direct ..."


EVENTS = Table(
    "events", "collect", "行为事件", "Events", "event", ("source", "event_id"),
    converted(
        C("event_id", "text", "事件号", "Event id", is_required=True),
        SOURCE,
        ID_KEY,
        C("name", "text", "事件", "Event", is_required=True,
          note="page_view, product_view, search, favourite, add_to_cart, checkout, purchase ..."),
        C("occurred_at", "time", "发生时间", "Occurred at", is_required=True),
        C("received_at", "time", "接收时间", "Received at"),
        C("session_id", "text", "会话", "Session"),
        C("channel", "text", "渠道", "Channel", note=CHANNELS_NOTE),
        C("campaign_id", "text", "活动", "Campaign"),
        C("item_id", "text", "商品", "Item", refers="items.item_id"),
        C("n_items", "integer", "件数", "Items", low=0, unit="item"),
        C("value_amount", "money", "金额", "Value", unit="currency"),
        CURRENCY,
        C("properties", "json", "属性", "Properties", is_said=True),
    ),
    time="occurred_at", is_append_only=True, is_input=True,
)  # fmt: skip

ORDERS = Table(
    "orders", "collect", "订单", "Orders", "order", ("source", "order_id"),
    converted(
        C("order_id", "text", "订单号", "Order id", is_required=True),
        SOURCE,
        ID_KEY,
        C("ordered_at", "time", "下单时间", "Ordered at", is_required=True),
        C("paid_at", "time", "付款时间", "Paid at"),
        C("status", "text", "状态", "Status", is_required=True, allowed=STATUSES),
        C("channel", "text", "渠道", "Channel", note=CHANNELS_NOTE),
        C("store_id", "text", "店铺", "Store", refers="stores.store_id"),
        C("gross_amount", "money", "商品总额", "Gross", low=0, unit="currency",
          note="list price of what was ordered, without postage, before discounts"),
        C("discount_amount", "money", "优惠", "Discount", low=0, unit="currency"),
        C("shipping_amount", "money", "运费", "Shipping", low=0, unit="currency"),
        C("paid_amount", "money", "实付金额", "Paid", low=0, unit="currency", note="with postage"),
        C("refund_amount", "money", "退款", "Refund", low=0, unit="currency"),
        C("net_amount", "money", "净成交额", "Net", unit="currency",
          note="paid less refund; negative on a return document; 0 while unpaid or closed"),
        C("margin_amount", "money", "毛利", "Margin", unit="currency", note="net less cost of goods; null if unknown"),
        CURRENCY,
        C("n_items", "integer", "件数", "Items", unit="item"),
        C("coupon_codes", "text", "优惠码", "Coupon codes"),
        C("order_name", "text", "订单名", "Order name", note="the number people see, where the source has another of its own"),
        C("region", "text", "地区", "Region", note="province or country"),
    ),
    time="ordered_at", is_input=True,
)  # fmt: skip

ORDER_LINES = Table(
    "order_lines", "collect", "订单明细", "Order lines", "line", ("source", "order_id", "line_no"),
    converted(
        C("order_id", "text", "订单号", "Order id", is_required=True, refers="orders.order_id"),
        C("line_no", "integer", "行号", "Line", is_required=True, low=1),
        SOURCE,
        C("item_id", "text", "商品", "Item", refers="items.item_id"),
        C("n_items", "integer", "件数", "Items", is_required=True, unit="item", note="negative on a return document"),
        C("unit_price_amount", "price", "单价", "Unit price", low=0, unit="currency"),
        C("discount_amount", "money", "优惠", "Discount", low=0, unit="currency"),
        C("net_amount", "money", "净额", "Net", unit="currency"),
        C("n_returned", "integer", "退货件数", "Returned", low=0, unit="item"),
    ),
    is_input=True,
)  # fmt: skip

ITEMS = Table(
    "items", "collect", "商品", "Items", "item", ("item_id",),
    converted(
        C("item_id", "text", "商品", "Item id", is_required=True),
        C("name", "text", "名称", "Name"),
        C("category", "text", "类目", "Category"),
        C("brand", "text", "品牌", "Brand"),
        C("list_price_amount", "money", "标价", "List price", low=0, unit="currency"),
        C("cost_amount", "money", "成本", "Cost", low=0, unit="currency"),
        C("launched_on", "day", "上架日", "Launched on", is_planned=True),
        C("stock", "integer", "库存", "Stock", unit="item"),
        C("attributes", "json", "属性", "Attributes"),
    ),
    is_input=True,
)  # fmt: skip

CATEGORIES = Table(
    "categories", "collect", "类目", "Categories", "category as one source names it", ("source", "category"),
    (
        C("category", "text", "类目", "Category", is_required=True, note="as it stands in items.category"),
        SOURCE,
        C("name_zh", "text", "中文名", "Chinese name"),
        C("name_en", "text", "英文名", "English name"),
        C("parent", "text", "上级类目", "Parent category", refers="categories.category"),
    ),
    is_input=True,
)  # fmt: skip

SPEND = Table(
    "spend", "collect", "投放", "Spend", "day and placement",
    ("source", "spent_on", "platform", "channel", "campaign_id", "ad_group", "keyword", "creative", "attribution_window"),
    converted(
        C("spent_on", "day", "日期", "Day", is_required=True),
        SOURCE,
        C("platform", "text", "平台", "Platform", is_required=True),
        C("channel", "text", "渠道", "Channel", note=CHANNELS_NOTE),
        C("campaign_id", "text", "计划ID", "Campaign id"),
        C("campaign", "text", "计划", "Campaign"),
        C("ad_group", "text", "广告组", "Ad group"),
        C("keyword", "text", "关键词", "Keyword"),
        C("creative", "text", "创意", "Creative"),
        C("impressions", "integer", "展现", "Impressions", low=0),
        C("clicks", "integer", "点击", "Clicks", low=0),
        C("cost_amount", "money", "花费", "Cost", unit="currency", note="negative: a credit, which lowers the cost"),
        CURRENCY,
        C("platform_orders", "number", "平台订单", "Orders by the platform", low=0),
        C("platform_revenue_amount", "money", "平台成交额", "Revenue by the platform", low=0, unit="currency"),
        C("attribution_window", "text", "归因窗口", "Attribution window"),
    ),
    time="spent_on", is_input=True,
)  # fmt: skip

TOUCHES = Table(
    "touches", "collect", "触点", "Touches", "contact with a person", ("source", "touch_id"),
    converted(
        C("touch_id", "text", "触点", "Touch id", is_required=True),
        SOURCE,
        ID_KEY,
        C("touched_at", "time", "时间", "Touched at", is_required=True),
        C("channel", "text", "渠道", "Channel", is_required=True, note=CHANNELS_NOTE),
        C("campaign_id", "text", "活动", "Campaign"),
        C("kind", "text", "类型", "Kind", note="impression, click, visit, message, call ..."),
        C("cost_amount", "money", "花费", "Cost", low=0, unit="currency"),
    ),
    time="touched_at", is_append_only=True, is_input=True,
)  # fmt: skip

FEEDBACK = Table(
    "feedback", "collect", "评价反馈", "Feedback", "utterance", ("source", "feedback_id"),
    (
        C("feedback_id", "text", "反馈", "Feedback id", is_required=True),
        SOURCE,
        C("kind", "text", "类型", "Kind", is_required=True, note="review, survey, ticket, social"),
        ID_KEY,
        C("item_id", "text", "商品", "Item", refers="items.item_id"),
        C("order_id", "text", "订单号", "Order", refers="orders.order_id"),
        C("said_at", "time", "时间", "Said at", is_required=True),
        C("score", "number", "评分", "Score", low=0, high=10, note="review stars 1 to 5, NPS 0 to 10"),
        C("text", "text", "内容", "Text", is_said=True),
        C("channel", "text", "渠道", "Channel", note=CHANNELS_NOTE),
    ),
    time="said_at", is_input=True,
)  # fmt: skip

PRICES = Table(
    "prices", "collect", "价格", "Prices", "observation", ("source", "item_id", "seller", "observed_at", "kind"),
    converted(
        C("item_id", "text", "商品", "Item", is_required=True, refers="items.item_id"),
        SOURCE,
        C("seller", "text", "卖家", "Seller", is_required=True),
        C("observed_at", "time", "时间", "Observed at", is_required=True),
        C("price_amount", "money", "价格", "Price", is_required=True, low=0, unit="currency"),
        C("kind", "text", "类型", "Kind", is_required=True, note="list, sale, member, competitor"),
    ),
    time="observed_at", is_append_only=True, is_input=True,
)  # fmt: skip

STORES = Table(
    "stores", "collect", "店铺", "Stores", "store", ("store_id",),
    (
        C("store_id", "text", "店铺", "Store id", is_required=True),
        C("name", "text", "名称", "Name"),
        C("platform", "text", "平台", "Platform"),
        C("region", "text", "省份", "Region"),
        C("city", "text", "城市", "City"),
        C("opened_on", "day", "开业日", "Opened on", earliest="1600-01-01", is_planned=True),
    ),
    is_input=True,
)  # fmt: skip

FX_RATES = Table(
    "fx_rates", "collect", "汇率", "Exchange rates", "day and currency pair", ("on", "currency", "into"),
    (
        C("on", "day", "日期", "Day", is_required=True),
        C("currency", "currency", "币种", "Currency", is_required=True),
        C("into", "currency", "目标币种", "Into", is_required=True, note="the workspace's currency where a file does not say"),
        C("rate", "number", "汇率", "Rate", is_required=True, low=1e-9, unit="into per currency"),
    ),
    time="on", is_input=True,
)  # fmt: skip

LEADS = Table(
    "leads", "collect", "线索", "Leads", "lead", ("source", "lead_id"),
    (
        C("lead_id", "text", "线索", "Lead id", is_required=True),
        SOURCE,
        ID_KEY,
        C("contacted_on", "day", "首次联系", "First contact", is_required=True),
        C("channel", "text", "渠道", "Channel", note="null when the source does not say"),
        C("landing_page_id", "text", "落地页", "Landing page"),
    ),
    time="contacted_on", is_input=True,
)  # fmt: skip

DEALS = Table(
    "deals", "collect", "成交", "Deals", "won deal", ("source", "lead_id"),
    converted(
        C("lead_id", "text", "线索", "Lead id", is_required=True, refers="leads.lead_id"),
        SOURCE,
        C("account_id", "text", "商家", "Account", note="the seller or company that was won"),
        C("won_at", "time", "成交时间", "Won at", is_required=True),
        C("developer", "text", "开发代表", "Development rep"),
        C("closer", "text", "销售代表", "Sales rep"),
        C("segment", "text", "行业", "Segment"),
        C("lead_type", "text", "线索类型", "Lead type"),
        C("monthly_revenue_amount", "money", "月营业额", "Monthly revenue", low=0, unit="currency", note="as declared"),
        C("attributes", "json", "属性", "Attributes"),
    ),
    time="won_at", is_input=True,
)  # fmt: skip

REJECTS = Table(
    "rejects", "collect", "拒收", "Rejects", "refused row", ("source", "file", "file_hash", "line", "reason"),
    (
        SOURCE,
        C("file", "text", "文件", "File", is_required=True),
        C("file_hash", "text", "文件指纹", "File hash"),
        C("line", "integer", "行", "Line", low=1),
        C("reason", "text", "原因", "Reason", is_required=True),
        C("content", "text", "内容", "Content", privacy="personal"),
        C("byte_offset", "integer", "字节位置", "Byte offset", low=0),
        C("n_bytes", "integer", "字节数", "Bytes", low=0),
        C("rejected_at", "time", "时间", "Rejected at", is_required=True),
    ),
    time="rejected_at", is_append_only=True,
)  # fmt: skip

FINDINGS = Table(
    "findings", "collect", "质量发现", "Quality findings", "check of a table or column", ("table", "column", "check"),
    (
        C("table", "text", "表", "Table", is_required=True),
        C("column", "text", "列", "Column", is_required=True),
        C("check", "text", "检查", "Check", is_required=True),
        C("n_rows", "integer", "行数", "Rows", low=0),
        C("n_bad", "integer", "问题行", "Bad rows", low=0),
        C("value", "number", "值", "Value"),
        C("threshold", "number", "阈值", "Threshold"),
        C("severity", "text", "级别", "Severity", allowed=("ok", "note", "warning", "stop")),
        C("examples", "json", "例子", "Examples", privacy="pseudonym"),
        C("as_of", "time", "截至", "As of"),
    ),
)  # fmt: skip

MARGINS = Table(
    "margins", "collect", "订单毛利", "Margins", "sale that does not say its margin", ("source", "order_id"),
    (
        SOURCE,
        C("order_id", "text", "订单号", "Order id", is_required=True, refers="orders.order_id"),
        C("margin_amount", "money", "毛利", "Margin", unit="currency", note="net less cost of the goods that were kept"),
        C("is_estimated", "flag", "估算", "Estimated", note="by the mean margin rate of the other orders"),
    ),
)  # fmt: skip

COLLECTED = (
    EVENTS, ORDERS, ORDER_LINES, CONTINUATIONS, MARGINS, ITEMS, CATEGORIES, MEMBERS, LINKS, IDENTITIES, IDENTITY_LOG, PEOPLE, CONSENTS,
    LIST_MEMBERS, SPEND, TOUCHES,
    FEEDBACK, PRICES, STORES, FX_RATES, LEADS, DEALS, REJECTS, FINDINGS,
)  # fmt: skip
