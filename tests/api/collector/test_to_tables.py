"""From official clients to the tables: each message is one row, what identifies becomes links, the rest is refused with a reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rudderstack.analytics.client as rudder
import segment.analytics.client as segment
import sensorsanalytics
from posthog import Posthog
from tests.api.collector.serving import live

from quanyu.collect.collector.drain import drain
from quanyu.collect.collector.live import LATEST_EVENTS
from quanyu.collect.collector.log import open_log
from quanyu.part.action import Caller, perform
from quanyu.workspace import pseudonym

AT = dt.datetime(2026, 11, 11, 8, 0, 0, 123000, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_what_four_clients_say_is_in_the_tables_once(tmp_path: Path) -> None:
    with live(tmp_path / "shop", open_log) as here:
        keys = {kind: here.source(kind, kind) for kind in ("segment", "rudder", "sensors", "posthog")}
        for again in range(2):
            client = segment.Client(keys["segment"], host=here.url, gzip=bool(again))
            client.identify("17", {"email": "li@example.com"}, anonymous_id="b-1", message_id="s-1")
            bought = {
                "order_id": "o-1",
                "revenue": 9.5,
                "currency": "CNY",
                "products": [{"product_id": "sku-1", "quantity": 2}],
            }
            client.track("17", "Order Completed", bought, timestamp=AT, message_id="s-2")
            client.track("undefined", "Lost", message_id="s-3")
            client.shutdown()
        client = rudder.Client(keys["rudder"], host=here.url)
        client.page("17", "Home", "Start", timestamp=AT, message_id="r-1")
        client.shutdown()
        client = sensorsanalytics.SensorsAnalytics(
            sensorsanalytics.DefaultConsumer(f"{here.url}/sa?token={keys['sensors']}")
        )
        client.track_signup("18", "b-2")
        client = Posthog(keys["posthog"], host=here.url)
        client.capture("product_view", distinct_id="19", timestamp=AT, properties={"item_id": "sku-2"})
        client.shutdown()
        seen = perform(here.ws, LATEST_EVENTS, {}, Caller("li"))
        assert sorted(one.state for one in seen) == sorted(
            [*["accepted"] * 5, *["repeated"] * 2, *["rejected"] * 2]
        )
        drain(here.ws)
        read = here.ws.warehouse.query
        rows = read(
            "SELECT source, name, id_key, item_id, value_amount, n_items FROM events WHERE name <> 'sign_up' ORDER BY source, name"
        )
        events = [tuple(row.values()) for row in rows.to_pylist()]
        assert ("segment", "purchase", "user:17", "sku-1", events[-1][4], 2) == events[-1] and float(
            events[-1][4]
        ) == 9.5
        assert [event[:4] for event in events if event[0] in ("posthog", "rudder")] == [
            ("posthog", "product_view", "user:19", "sku-2"),
            ("rudder", "page_view", "user:17", None),
        ]
        assert sum(event[0] == "segment" for event in events) == 1
        links = {
            tuple(sorted(row.values())) for row in read("SELECT id_key, other_key FROM links").to_pylist()
        }
        mail = f"email:{pseudonym(here.ws.secret, 'email', 'li@example.com')}"
        assert {("cookie:b-1", "user:17"), (mail, "user:17"), ("cookie:b-2", "user:18")} <= links
        (refused,) = {row["reason"] for row in read("SELECT reason FROM rejects").to_pylist()}
        assert refused == "Neither userId nor anonymousId says who it is of."
        times = read(
            "SELECT DISTINCT occurred_at FROM events WHERE source IN ('segment', 'rudder', 'posthog')"
        ).to_pylist()
        assert [row["occurred_at"].timestamp() for row in times] == [AT.timestamp()]
        here.log.close()
