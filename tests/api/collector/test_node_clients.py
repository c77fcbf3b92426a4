"""The official clients for Node.js against a collector that listens."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.collector.npm import installed_clients, run_client

MICROS = 1_794_355_200_123_000


@pytest.fixture(scope="module")
def clients() -> Path:
    return installed_clients()


@pytest.mark.parametrize("kind", ["segment", "rudder"])
def test_clients_of_segment_and_rudder(here, clients, kind) -> None:
    run_client(clients, kind, here.url, here.source(f"node-{kind}", kind))
    found = {message.kind: message for message in here.log.wait(f"node-{kind}", 4)}
    assert sorted(found) == ["alias", "identify", "page", "track"] and len(here.log.read(f"node-{kind}")) == 4
    track = found["track"]
    assert (track.message_id, track.name, track.occurred_at) == ("m-1", "add_to_cart", MICROS)
    assert track.ids == {"user": "17"} and track.properties["sku"] == "sku-1"
    assert found["identify"].also == {"cookie": "browser-1", "email": "li@example.com"}
    assert found["page"].ids["cookie"] == "browser-1" and found["page"].properties["name"] == "Home"
    assert found["alias"].also == {"cookie": "browser-1"}
    assert {posted.wire for posted in here.log.posted if posted.source == f"node-{kind}"} == {kind}


def test_client_of_sensors(here, clients) -> None:
    run_client(clients, "sensors", here.url, here.source("node-sensors", "sensors"))
    found = here.log.wait("node-sensors", 4)
    assert len(found) == 4 and {message.kind for message in found} == {"track", "alias", "identify"}
    view = found[0]
    assert (view.name, view.occurred_at, view.ids) == ("ViewProduct", MICROS, {"cookie": "cookie-1"})
    paid = next(message for message in found if message.name == "PayOrder")
    assert paid.ids == {"user": "17"} and paid.properties["amount"] == 9.5
    signup = next(message for message in found if message.kind == "alias")
    assert (signup.ids, signup.also) == ({"user": "17"}, {"cookie": "cookie-1"})
