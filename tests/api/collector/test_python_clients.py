"""The official clients for Python against a collector that listens: what they say arrives once, as they meant it."""

from __future__ import annotations

import datetime as dt

import pytest
import rudderstack.analytics.client as rudder
import segment.analytics.client as segment
import sensorsanalytics
from posthog import Posthog

AT = dt.datetime(2026, 11, 11, 8, 0, 0, 123000, tzinfo=dt.timezone(dt.timedelta(hours=8)))
MICROS = 1_794_355_200_123_000


@pytest.fixture
def name(request):
    """The name of a source of the test's own."""
    return request.node.name.replace("[", "-").rstrip("]")


@pytest.fixture
def key(here, name):
    """The key of that source, whose kind the test's name says."""
    return here.source(name, name.split("_")[1])


@pytest.mark.parametrize("packed", [True, False])
def test_segment_client(here, name, key, packed) -> None:
    errors = []
    client = segment.Client(
        key, host=here.url, gzip=packed, upload_interval=0.05, on_error=lambda *error: errors.append(error)
    )
    client.identify("17", {"email": "li@example.com", "plan": "gold"}, anonymous_id="browser-1")
    client.track(
        "17", "Product Viewed", {"product_id": "sku-1", "price": 9.5}, timestamp=AT, message_id="m-1"
    )
    client.track(None, "Cart Opened", {"n": 1}, anonymous_id="browser-1", timestamp=AT)
    client.page("17", "Docs", "Home", {"path": "/"}, timestamp=AT)
    client.screen("17", "App", "Start", timestamp=AT)
    client.alias("browser-1", "17", timestamp=AT)
    client.group("17", "g1", {"name": "Acme"}, timestamp=AT)
    client.shutdown()
    assert errors == []
    found = {message.kind: message for message in here.log.wait(name, 7)}
    assert len(found) == 6 and len(here.log.read(name)) == 7
    assert found["identify"].ids == {"user": "17", "cookie": "browser-1"}
    assert found["identify"].also == {"cookie": "browser-1", "email": "li@example.com"}
    assert found["identify"].traits["plan"] == "gold"
    assert found["alias"].ids == {"user": "17"} and found["alias"].also == {"cookie": "browser-1"}
    assert found["group"].properties == {"group_id": "g1"} and found["group"].traits == {"name": "Acme"}
    assert found["page"].name == "page_view" and found["page"].properties == {
        "path": "/",
        "name": "Home",
        "category": "Docs",
    }
    (view,) = [message for message in here.log.wait(name, 7) if message.name == "product_view"]
    assert (view.message_id, view.occurred_at, view.ids) == ("m-1", MICROS, {"user": "17"})
    assert view.properties == {"product_id": "sku-1", "price": 9.5}
    assert view.context["library"]["name"] == "analytics-python"


def test_segment_client_sends_again_what_was_sent_away(here, name, key) -> None:
    here.log.n_full = 1
    client = segment.Client(key, host=here.url, upload_interval=0.05)
    client.track("17", "Paid", message_id="m-1", timestamp=AT)
    client.shutdown()
    (message,) = here.log.wait(name, 1)
    assert here.log.n_full == 0 and message.occurred_at == MICROS


def test_rudder_client(here, name, key) -> None:
    errors = []
    client = rudder.Client(
        key, host=here.url, gzip=True, upload_interval=0.05, on_error=lambda *error: errors.append(error)
    )
    client.identify("17", {"phone": "+86 138 1234 5678", "plan": "gold"})
    client.track("17", "Order Completed", {"order_id": "o-1"}, timestamp=AT)
    client.page("17", "Docs", "Home", timestamp=AT)
    client.alias("browser-1", "17", timestamp=AT)
    client.shutdown()
    assert errors == []
    found = {message.kind: message for message in here.log.wait(name, 4)}
    assert found["identify"].traits == {"phone": "+86 138 1234 5678", "plan": "gold"}, (
        "they stand in the context only"
    )
    assert found["identify"].also == {"phone": "+86 138 1234 5678"}
    assert (found["track"].name, found["track"].occurred_at) == ("purchase", MICROS)
    assert found["alias"].also == {"cookie": "browser-1"}


def test_sensors_client(here, name, key) -> None:
    consumer = sensorsanalytics.BatchConsumer(f"{here.url}/sa?token={key}&project=default", max_size=50)
    client = sensorsanalytics.SensorsAnalytics(consumer)
    client.track(
        "cookie-1", "ViewProduct", {"item_id": "sku-1", "$time": MICROS // 1000, "$utm_source": "weibo"}
    )
    client.track_signup("u-17", "cookie-1", {"from": "wechat"})
    client.track("u-17", "PayOrder", {"amount": 9.5}, is_login_id=True)
    client.profile_set("u-17", {"$email": "li@example.com", "level": "gold"}, is_login_id=True)
    client.item_set("book", "b1", {"name": "Tea"})
    client.close()
    found = here.log.read(name)
    view, signup, paid, profile, item = found
    assert (view.name, view.ids, view.occurred_at) == ("ViewProduct", {"cookie": "cookie-1"}, MICROS)
    assert view.context["campaign"] == {"source": "weibo"}
    assert (signup.kind, signup.ids, signup.also) == ("alias", {"user": "u-17"}, {"cookie": "cookie-1"})
    assert signup.properties["from"] == "wechat"
    assert paid.ids == {"user": "u-17"} and paid.properties["amount"] == 9.5
    assert (profile.kind, profile.also, profile.traits["level"]) == (
        "identify",
        {"email": "li@example.com"},
        "gold",
    )
    assert item.reason == "Items come from files or databases, not from events."
    assert len({message.message_id for message in found[:4]}) == 4


def test_sensors_client_one_by_one_and_debugging(here, name, key) -> None:
    url = f"{here.url}/sa?token={key}"
    single = sensorsanalytics.SensorsAnalytics(sensorsanalytics.DefaultConsumer(url))
    single.track("cookie-1", "One")
    sensorsanalytics.SensorsAnalytics(sensorsanalytics.DebugConsumer(url, write_data=False)).track(
        "cookie-1", "Two"
    )
    sensorsanalytics.SensorsAnalytics(sensorsanalytics.DebugConsumer(url)).track("cookie-1", "Three")
    assert [message.name for message in here.log.read(name)] == ["One", "Three"]
    stranger = sensorsanalytics.SensorsAnalytics(
        sensorsanalytics.DefaultConsumer(f"{here.url}/sa?token=none")
    )
    with pytest.raises(sensorsanalytics.SensorsAnalyticsNetworkException):
        stranger.track("cookie-1", "Four")


@pytest.mark.parametrize("packed", [True, False])
def test_posthog_client(here, name, key, packed) -> None:
    errors = []
    client = Posthog(
        key,
        host=here.url,
        gzip=packed,
        flush_interval=0.05,
        on_error=lambda *error: errors.append(error),
        disable_geoip=True,
    )
    client.capture(
        "product_view",
        distinct_id="u-17",
        properties={"item_id": "sku-1"},
        timestamp=AT,
        uuid="018f8d2c-0000-7000-8000-000000000001",
    )
    client.capture(
        "$pageview", distinct_id="u-17", properties={"$current_url": "https://shop.example/"}, timestamp=AT
    )
    client.set(distinct_id="u-17", properties={"email": "li@example.com"})
    client.alias("anon-1", "u-17")
    client.shutdown()
    assert errors == []
    found = {message.kind: message for message in here.log.wait(name, 4)}
    track = found["track"]
    assert (track.name, track.ids, track.occurred_at) == ("product_view", {"user": "u-17"}, MICROS)
    assert (
        track.message_id == "018f8d2c-0000-7000-8000-000000000001" and track.properties["item_id"] == "sku-1"
    )
    assert found["page"].name == "page_view" and found["page"].context["page"] == {
        "url": "https://shop.example/"
    }
    assert found["identify"].also == {"email": "li@example.com"} and found["identify"].traits == {
        "email": "li@example.com"
    }
    assert (found["alias"].ids, found["alias"].also) == ({"user": "u-17"}, {"cookie": "anon-1"})
