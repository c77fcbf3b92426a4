"""Lines of orders whose first line, which tells the order, lies in another file. Owned by the stage collect."""

from __future__ import annotations

from quanyu.tables.column import SOURCE
from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table

_OWN = "of the lines in the order's own file; null while the order is not known"

CONTINUATIONS = Table(
    "continuations", "collect", "续接明细", "Continuations", "line of an order told in another file",
    ("source", "order_id", "file_hash", "line_no"),
    (
        SOURCE,
        C("order_id", "text", "订单号", "Order id", is_required=True, note="as the line names its order"),
        C("order_name", "text", "订单名", "Order name"),
        C("ordered_at", "time", "下单时间", "Ordered at"),
        C("file_hash", "text", "文件指纹", "File hash", is_required=True),
        C("file", "text", "文件", "File"),
        C("line_no", "integer", "行号", "Line", is_required=True, low=1, note="as it is counted in its file"),
        C("item_id", "text", "商品", "Item", refers="items.item_id"),
        C("n_items", "integer", "件数", "Items", is_required=True, unit="item"),
        C("unit_price_amount", "price", "单价", "Unit price", low=0, unit="currency of the order"),
        C("discount_amount", "money", "优惠", "Discount", low=0, unit="currency of the order"),
        C("net_amount", "money", "净额", "Net", unit="currency of the order"),
        C("n_returned", "integer", "退货件数", "Returned", low=0, unit="item"),
        C("more_gross_amount", "money", "续接总额", "Gross to add", low=0, unit="currency of the order",
          note="of all lines of the order in the file; on the first of them"),
        C("more_items", "integer", "续接件数", "Items to add", unit="item", note="of all lines, on the first of them"),
        C("own_gross_amount", "money", "首部总额", "Own gross", low=0, unit="currency of the order", note=_OWN),
        C("own_items", "integer", "首部件数", "Own items", unit="item", note=_OWN),
        C("own_lines", "integer", "首部行数", "Own lines", low=0, unit="line", note=_OWN),
    ),
)  # fmt: skip
