"""A small shop written straight into the contract tables, so that the console has something true to show."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from quanyu import ledger
from quanyu.tables import contract
from quanyu.workspace import Workspace, pseudonym

LAST = dt.date(2026, 6, 30)
DAYS = 430
PHONE, MAIL = "13912345678", "li.lei@example.com"
PLANTED = f'<img src=x onerror="window.planted=1"><script>window.planted=1</script> {PHONE} {MAIL} {{{{7919*7907}}}}'
"""Markup, a phone and a mail address that hide in every kind of text."""
SEGMENTS = {"回头客 100%? #1": "bought >= 2 times", "new & 'co'": 'not in segment "回头客 100%? #1"'}
"""Segments whose names an address must not be broken by."""
CHANNELS = ("taobao", "jd", "douyin", "wechat", "own")
REGIONS = ("浙江", "广东", "江苏", "上海", "北京", "四川", "山东", f"湖北{PLANTED}")
CATEGORIES = ("护肤", "彩妆", "母婴", "零食", "家居", f"数码{PLANTED}")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平"
TITLES = (
    "面霜",
    "口红",
    "婴儿湿巾",
    "坚果礼盒",
    "四件套",
    f"耳机{PLANTED}",
    "精华液",
    "粉底",
    "奶瓶",
    "饼干",
)


def write_shop(ws: Workspace, people: int = 400, seed: int = 5) -> None:
    """Write orders, lines, items, events, spend, feedback, members, links, refused rows, and one load."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.9, 1.0, people)
    members = [_member(rng, n) for n in range(people)]
    items = [_item(n) for n in range(60)]
    orders, lines, events, feedback = [], [], [], []
    for n in range(people):
        for _ in range(1 + int(rng.poisson(rate[n] * 3))):
            day = LAST - dt.timedelta(days=int(min(DAYS - 1, rng.exponential(130))))
            order, its = _order(rng, len(orders), members[n], items, day)
            orders.append(order)
            lines += its
            if rng.random() < 0.3:
                feedback.append(_feedback(rng, len(feedback), order))
        for _ in range(int(rng.poisson(6))):
            events += _session(rng, len(events), members[n]["id_key"], items)
    put = {
        "items": items,
        "orders": orders,
        "order_lines": lines,
        "events": events,
        "feedback": feedback,
        "members": [
            {name: value for name, value in one.items() if not name.startswith("_")} for one in members
        ],
        "spend": _spend(rng),
        "touches": _touches(rng, orders),
        "rejects": _rejects(),
        "links": _links(ws, members),
        "consents": _consents(members),
    }
    for name, rows in put.items():
        given = [
            column
            for column in contract(name).schema.names
            if any(row.get(column) is not None for row in rows)
        ]
        columns = {column: [row.get(column) for row in rows] for column in given}
        ws.warehouse.replace(name, pa.table(columns), by="collect")
    load = ledger.begin_load(
        ws.ledger, file_name=f"订单 2026-06{PLANTED}.csv", file_hash="ab", layout="taobao_orders", at=ws.now()
    )
    tally = ledger.Tally(len(orders) + 11, len(orders), 11, {"orders": {"added": len(orders)}})
    ledger.finish_load(ws.ledger, load.load_id, tally, at=ws.now())


def write_test(ws: Workspace) -> None:
    """Write a test of the spend of an ad channel that has been read, so that one is known and the budget moves money."""
    first, last, usual = LAST - dt.timedelta(days=70), LAST - dt.timedelta(days=1), 48.0
    levels = {"kind": "off_and_double", "usual_amount": usual, "low_amount": 0.0, "high_amount": 2 * usual}
    shape = {
        "channel": "qianchuan",
        "weeks": 10,
        "power": 0.9,
        "lands_on": '{"douyin": 1.0}',
        "order_worth_amount": 90.0,
    }
    believed = {"test_return": 0.8, "test_return_low": 0.0, "test_return_high": 2.4}
    stakes = {"cost_amount": 120.0, "cost_high": 900.0, "value_amount": 2400.0}
    proposal = ledger.Proposal(
        "spend_test-20260420-000001", "spend_test", first, shape | levels, believed | stakes
    )
    told = {"test_return": 0.3, "test_return_low": 0.1, "test_return_high": 0.5}
    ledger.propose(ws.ledger, proposal, at=ws.now())
    ledger.decide(ws.ledger, proposal.decision_id, "approved", who="test", at=ws.now())
    with ws.ledger.begin() as connection:
        carried = {"days": "HL" * 35, "starts_on": first.isoformat(), "ends_on": last.isoformat()}
        ledger.mark_done(connection, proposal.decision_id, at=ws.now(), carried=carried)
    ledger.mark_measured(
        ws.ledger, proposal.decision_id, told | {"verdict": "loses", "status": "read"}, at=ws.now()
    )
    row = {
        "decision_id": proposal.decision_id, "channel": "qianchuan", "as_of": LAST + dt.timedelta(days=1),
        "status": "read", "verdict": "loses", "reason": "", "starts_on": first, "ends_on": last, "n_days": 70, "n_days_done": 70,
        "n_days_off_plan": 0, "spent_low_amount": 0.0, "spent_high_amount": 2 * usual, "n_orders": 0.32, "n_orders_low": 0.1,
        "n_orders_high": 0.54, "n_orders_error": 0.11, "p_value": 0.01, "carry": 0.3, "order_worth_amount": 90.0,
    }  # fmt: skip
    table = pa.Table.from_pylist([row | levels | told])
    ws.warehouse.replace("spend_test_results", table, by="measure")


def _moment(rng: np.random.Generator, day: dt.date) -> dt.datetime:
    start = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(hours=8)
    return start + dt.timedelta(minutes=int(rng.triangular(0, 1260, 1439)))


def _member(rng: np.random.Generator, n: int) -> dict[str, Any]:
    name = (
        (PLANTED if n % 9 == 4 else "")
        + SURNAMES[n % len(SURNAMES)]
        + GIVEN[int(rng.integers(20))]
        + GIVEN[int(rng.integers(20))]
    )
    return {
        "id_key": f"taobao:buyer{n:05d}",
        "source": "members",
        "member_no": f"M{n:05d}",
        "name": name,
        "phone": f"+86138{n:08d}",
        "email": f"buyer{n}@example.com",
        "sex": ("female", "male")[n % 3 == 0],
        "born_on": dt.date(1970 + n % 35, 1 + n % 12, 1 + n % 28),
        "region": REGIONS[int(rng.integers(8))],
        "city": ("杭州", None, PLANTED, None)[n % 4],
        "language": "zh",
        "joined_on": LAST - dt.timedelta(days=n % 700),
        "member_tier": ("普通", "银卡", f"金卡{PLANTED}", "黑卡")[min(3, int(rng.exponential(0.8)))],
        "is_personalised": True,
        "seen_at": dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
        "_channel": CHANNELS[int(rng.integers(5))],
    }


def _item(n: int) -> dict[str, Any]:
    price = [39, 59, 89, 129, 199, 299][n % 6] + n % 7
    return {
        "item_id": f"i{n:03d}",
        "name": f"{TITLES[n % 10]} {n:03d}",
        "category": CATEGORIES[n % 6],
        "brand": f"品牌{n % 8}{PLANTED if n % 8 == 3 else ''}",
        "list_price_amount": price,
        "cost_amount": round(price * 0.45, 2),
        "stock": 100 + n,
    }


def _order(
    rng: np.random.Generator, n: int, member: dict[str, Any], items: list[dict[str, Any]], day: dt.date
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    at = _moment(rng, day)
    chosen = [items[int(i)] for i in rng.choice(60, 1 + int(rng.poisson(0.8)), replace=False)]
    counts = [1 + int(rng.random() < 0.2) for _ in chosen]
    gross = float(sum(item["list_price_amount"] * count for item, count in zip(chosen, counts, strict=True)))
    discount = round(gross * 0.1, 2) if rng.random() < 0.4 else 0.0
    paid = round(gross - discount, 2)
    status = ("completed", "completed", "completed", "shipped", "paid", "closed", "placed")[
        int(rng.integers(7))
    ]
    is_sale = status in {"completed", "shipped", "paid"}
    refund = paid if is_sale and rng.random() < 0.05 else 0.0
    cost = sum(item["cost_amount"] * count for item, count in zip(chosen, counts, strict=True))
    order = {
        "order_id": f"o{n:06d}",
        "source": "taobao_orders",
        "id_key": member["id_key"],
        "ordered_at": at,
        "paid_at": at if is_sale else None,
        "status": status,
        "channel": member["_channel"],
        "gross_amount": gross,
        "discount_amount": discount,
        "shipping_amount": 0.0,
        "paid_amount": paid if is_sale else 0.0,
        "refund_amount": refund,
        "net_amount": paid - refund if is_sale else 0.0,
        "margin_amount": round(paid - refund - cost, 2) if is_sale else 0.0,
        "currency": "CNY",
        "n_items": sum(counts),
        "region": member["region"],
        "coupon_codes": PLANTED if n % 5 == 0 else None,
    }
    lines = [
        {
            "order_id": order["order_id"],
            "line_no": place,
            "source": "taobao_orders",
            "item_id": item["item_id"],
            "n_items": count,
            "unit_price_amount": float(item["list_price_amount"]),
            "discount_amount": 0.0,
            "net_amount": float(item["list_price_amount"] * count),
            "n_returned": 0,
        }
        for place, (item, count) in enumerate(zip(chosen, counts, strict=True), start=1)
    ]
    return order, lines


def _session(rng: np.random.Generator, n: int, key: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    at = _moment(rng, LAST - dt.timedelta(days=int(rng.integers(DAYS))))
    names = ("page_view", "product_view", "add_to_cart", "checkout")[: 1 + int(rng.integers(4))]
    channel = ("search", "social", "direct", f"mail{PLANTED}")[int(rng.integers(4))]
    item = items[int(rng.integers(60))]["item_id"]
    return [
        {"event_id": f"e{n + k:07d}", "source": "own", "id_key": key, "name": name, "channel": channel,
         "occurred_at": at + dt.timedelta(minutes=2 * k), "session_id": f"s{n:07d}",
         "item_id": item if name != "page_view" else None, "n_items": 1 if name == "add_to_cart" else None}
        for k, name in enumerate(names)
    ]  # fmt: skip


def _feedback(rng: np.random.Generator, n: int, order: dict[str, Any]) -> dict[str, Any]:
    score = float(rng.choice([1, 2, 3, 4, 5], p=[0.04, 0.05, 0.11, 0.3, 0.5]))
    return {
        "feedback_id": f"f{n:05d}", "source": "reviews", "kind": "review", "id_key": order["id_key"],
        "order_id": order["order_id"], "said_at": order["ordered_at"] + dt.timedelta(days=5), "score": score,
        "text": f"包装很好，物流快{PLANTED}" if score > 3 else f"<b>质量一般</b>{PLANTED}", "channel": order["channel"],
    }  # fmt: skip


def _spend(rng: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    for back in range(DAYS):
        for platform, channel in (("wanxiangtai", "taobao"), ("qianchuan", "douyin"), ("baidu", "search")):
            cost = float(rng.gamma(4, 12))
            rows.append(
                {
                    "spent_on": LAST - dt.timedelta(days=back),
                    "source": platform,
                    "platform": platform,
                    "channel": channel,
                    "campaign_id": "c1" if platform == "baidu" else f"c2{PLANTED}",
                    "campaign": f"日常投放{PLANTED}",
                    "ad_group": PLANTED,
                    "keyword": PLANTED,
                    "creative": PLANTED,
                    "impressions": int(cost * 45),
                    "clicks": int(cost * 1.1),
                    "cost_amount": round(cost, 2),
                    "currency": "CNY",
                    "platform_orders": round(cost / 40, 1),
                    "platform_revenue_amount": round(cost * 2.2, 2),
                    "attribution_window": "15d",
                }
            )
    return rows


def _touches(rng: np.random.Generator, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Clicks before every third order, and twice as many that lead to nothing."""
    rows = []
    for n, order in enumerate(orders):
        before = dt.timedelta(hours=float(rng.uniform(1, 72))) if n % 3 == 0 else -dt.timedelta(days=50)
        channel = ("baidu", "qianchuan", "sms")[int(rng.integers(3))]
        rows.append(
            {"touch_id": f"t{n:06d}", "source": "test", "id_key": order["id_key"], "channel": channel,
             "touched_at": order["ordered_at"] - before, "campaign_id": {"sms": None, "baidu": "c1"}.get(channel, f"c2{PLANTED}"),
             "kind": "message" if channel == "sms" else "click", "cost_amount": 0.05 if channel == "sms" else None}
        )  # fmt: skip
    return rows


def _links(ws: Workspace, members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return [
        {
            "id_key": one["id_key"],
            "other_key": f"phone:{pseudonym(ws.secret, 'phone', one['phone'])}",
            "source": "members",
            "is_verified": True,
            "first_seen_at": seen,
            "last_seen_at": seen,
        }
        for one in members
    ]


def _consents(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    at = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    return [
        {"id_key": one["id_key"], "purpose": "marketing", "channel": "sms", "is_granted": n % 10 > 0, "decided_at": at,
         "source": "members"}
        for n, one in enumerate(members)
    ]  # fmt: skip


def _rejects() -> list[dict[str, Any]]:
    at = dt.datetime(2026, 6, 30, 3, tzinfo=dt.UTC)
    reasons = (
        "n_items is -3, at least 0 is allowed",
        "ordered_at is 2062-01-01, in the future",
        "order_id is missing",
    )
    return [
        {"source": "taobao_orders", "file": f"订单 2026-06{PLANTED}.csv", "file_hash": "ab", "line": 10 + n,
         "reason": reasons[n % 3], "content": f"90000{n},王小明,{PHONE},-3,2062-01-01,{PLANTED}", "rejected_at": at}
        for n in range(11)
    ]  # fmt: skip
