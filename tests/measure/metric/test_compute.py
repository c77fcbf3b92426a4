"""The metrics of random shops equal what plain Python counts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanyu.measure.metric.compute import metrics
from quanyu.understand.fact.visit_step import visits

AS_OF = dt.date(2026, 11, 20)


def period_of(day: dt.date, grain: str) -> dt.date:
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def count(orders, grain: str, dimension: str):
    """Return {(metric, on, slice): (numerator, denominator)} in plain Python."""
    is_sale = {one.number: one.status in {"paid", "completed"} and one.gross > 0 for one in orders}
    first = {}
    for one in orders:
        if is_sale[one.number] and one.person is not None:
            first[one.person] = min(first.get(one.person, dt.date.max), one.at.date())
    sums = defaultdict(lambda: defaultdict(float))
    days, seen = defaultdict(lambda: defaultdict(set)), defaultdict(set)
    for one in orders:
        day = one.at.date()
        was_paid = is_sale[one.number] or (one.status == "closed" and one.paid > 0)
        if not (was_paid or one.status == "returned") or day >= AS_OF:
            continue
        on = period_of(day, grain)
        key = (on, "all" if dimension == "all" else one.channel or "unknown")
        part = sums[key]
        part["paid"] += float(one.paid) if was_paid else 0
        part["refund"] += float(one.refund)
        part["net"] += float(one.net)
        part["n_orders"] += is_sale[one.number]
        part["paid_on_sales"] += float(one.paid) if is_sale[one.number] else 0
        if is_sale[one.number] and one.person is not None:
            days[key][one.person].add(day)
            seen[on].add(one.person)
            part["known"] += float(one.paid)
    found = {}
    for (on, part), total in sums.items():
        people = days[on, part]
        new = sum(first[person] >= on for person in people)
        repeat = sum(len(visits) > 1 for visits in people.values())
        found["gmv", on, part] = (total["paid"], 1)
        found["net_revenue", on, part] = (total["net"], 1)
        found["refund_rate", on, part] = (total["refund"], total["paid"])
        found["aov_per_order", on, part] = (total["paid_on_sales"], total["n_orders"])
        if people:
            found["n_buyers", on, part] = (len(people), 1)
            found["n_new_buyers", on, part] = (new, 1)
            found["aov_per_buyer", on, part] = (total["known"], len(people))
            if grain != "day":
                found["repurchase_rate", on, part] = (repeat, len(people))
    if dimension == "all" and grain != "day":
        found |= returning(seen, grain)
    return found


def returning(seen, grain: str):
    found = {}
    for on, people in list(seen.items()):
        after = period_of(on + dt.timedelta(days=7 if grain == "week" else 31), grain)
        if after < AS_OF:
            found["return_purchase_rate", after, "all"] = (len(people & seen.get(after, set())), len(people))
    return found


def check(ws, orders) -> None:
    rows = ws.warehouse.read(ws.warehouse.table("metrics")).to_pylist()
    for grain in ("day", "week", "month"):
        for dimension in ("all", "channel"):
            wanted = count(orders, grain, dimension)
            found = {
                (row["metric"], row["on"], row["slice"]): (row["numerator"], row["denominator"])
                for row in rows
                if row["grain"] == grain and row["dimension"] == dimension
            }
            names = {name for name, _, _ in wanted}
            assert {key for key in found if key[0] in names} == set(wanted)
            for key, pair in wanted.items():
                assert found[key] == pytest.approx(pair, abs=1e-6), key


def test_metrics_equal_plain_counting(embedded, write_orders, random_orders) -> None:
    orders = random_orders(7)
    write_orders(embedded, orders)
    metrics(embedded, AS_OF)
    check(embedded, orders)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), n=st.integers(1, 150))
def test_metrics_equal_plain_counting_on_random_shops(
    seed, n, make_workspace, write_orders, random_orders
) -> None:
    orders = random_orders(seed, n)
    ws = make_workspace()
    write_orders(ws, orders)
    metrics(ws, AS_OF)
    check(ws, orders)


def test_new_and_old_buyers_share_the_whole(make_workspace, write_orders, random_orders) -> None:
    ws = make_workspace()
    write_orders(ws, random_orders(3))
    metrics(ws, AS_OF)
    rows = ws.warehouse.query(
        """select "on", sum(numerator) filter (dimension = 'new_old') parts, sum(numerator) filter (dimension = 'all') whole
        from metrics where metric = 'n_buyers' and grain = 'month' group by 1"""
    ).to_pylist()
    assert rows and all(row["parts"] == row["whole"] for row in rows)


def test_an_empty_workspace_has_no_metrics(make_workspace) -> None:
    ws = make_workspace()
    assert metrics(ws, AS_OF) == {"rows": 0, "metrics": 0}


def test_traffic_spend_and_feedback_count_once(embedded) -> None:
    ws = embedded
    at = pa.array([dt.datetime(2026, 11, 3, 16, 30, tzinfo=dt.UTC)] * 4, pa.timestamp("us", "UTC"))
    events = {
        "event_id": list("abcd"), "source": ["t"] * 4, "occurred_at": at,
        "name": ["page_view", "add_to_cart", "page_view", "page_view"],
        "id_key": ["cookie:1", "user:1", "cookie:2", "cookie:2"], "session_id": ["s1", "s1", "s2", "s2"],
        "channel": ["search", "search", "social", "social"],
    }  # fmt: skip
    identities = {"id_key": ["cookie:1", "user:1"], "kind": ["cookie", "user"], "person_id": ["p1", "p1"]}
    spend = {
        "spent_on": pa.array([dt.date(2026, 11, 4)] * 2), "source": ["t"] * 2, "platform": ["baidu"] * 2,
        "channel": ["search"] * 2, "impressions": [1000, 1000], "clicks": [50, 50], "campaign_id": ["c"] * 2,
        "cost_amount": pa.array([20, 20], pa.decimal128(18, 2)), "attribution_window": ["1d", "15d"],
    }  # fmt: skip
    feedback = {
        "feedback_id": list("ab"), "source": ["t"] * 2, "kind": ["review", "review"], "said_at": at[:2],
        "score": [4.0, 5.0],
    }  # fmt: skip
    for name, rows in (
        ("events", events),
        ("identities", identities),
        ("spend", spend),
        ("feedback", feedback),
    ):
        ws.warehouse.replace(name, pa.table(rows), by="collect")
    visits(ws, AS_OF)
    metrics(ws, AS_OF)
    rows = ws.warehouse.read(ws.warehouse.table("metrics")).to_pylist()
    found = {
        row["metric"]: (row["on"], row["numerator"], row["denominator"])
        for row in rows
        if row["grain"] == "day" and row["dimension"] == "all"
    }
    day = dt.date(2026, 11, 4)  # 16:30 UTC is past midnight in Shanghai
    assert found["visitors"] == (day, 2, 1)
    assert found["sessions"] == (day, 2, 1)
    assert found["page_views"] == (day, 3, 1)
    assert found["cart_rate"] == (day, 1, 2)
    assert found["cost"] == (day, 20, 1)
    assert found["cpm"] == (day, 20, 1000)
    assert found["satisfaction"] == (day, 9, 2)
    assert "gmv" not in found and "roas" not in found
