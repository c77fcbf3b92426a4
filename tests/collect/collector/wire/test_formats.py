"""Formats as their documents have them, and as clients really send them: what is bad costs nothing that is good."""

from __future__ import annotations

import base64
import gzip
import json
import tracemalloc
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.collect.collector import Message, Posted, Unusable
from quanyu.collect.collector.wire import Asked, MalformedError, TooLargeError, messages, wires
from quanyu.collect.collector.wire.body import from_base64, unpacked

NOW = 1_794_355_200_000_000
EVENT = {"type": "track", "event": "e", "userId": "17", "messageId": "m"}


def read(body: Any, wire: str = "segment") -> list[Message | Unusable]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return messages(Posted("s", wire, NOW, raw))


def unpack(wire: str, path: str, body: bytes = b"", method: str = "POST", **more: Any) -> tuple[str, bytes]:
    route = next(route for route in wires()[wire].routes if route.path == path)
    return route.unpack(Asked(method, path, more.get("query", {}), more.get("headers", {}), body, 100_000))


def test_one_bad_message_costs_no_other() -> None:
    bad = [
        None, 5, "x", [], {}, {**EVENT, "type": "paid"}, {**EVENT, "userId": None}, {**EVENT, "userId": {"a": 1}},
        {**EVENT, "event": ""},
        {**EVENT, "event": None}, {**EVENT, "timestamp": "soon"}, {**EVENT, "timestamp": -5},
        {**EVENT, "timestamp": "1970-01-01T00:00:00Z"},
        {**EVENT, "userId": "u" * 256}, {**EVENT, "event": "e" * 201}, {"type": "alias", "userId": "1"},
    ]  # fmt: skip
    found = read({"batch": [EVENT, *bad, EVENT]})
    assert [isinstance(message, Message) for message in found] == [True, *[False] * len(bad), True]
    assert all(message.reason for message in found[1:-1])


@pytest.mark.parametrize(
    "nobody", ["undefined", "null", "0", "[object Object]", "NaN", "Anonymous", " guest ", "true", False, ""]
)
def test_what_stands_for_nobody_makes_no_person_of_thousands(nobody) -> None:
    (message,) = read({**EVENT, "userId": nobody})
    assert isinstance(message, Unusable)
    (message,) = read({**EVENT, "userId": nobody, "anonymousId": "a-1"})
    assert message.ids == {"cookie": "a-1"}
    (message,) = read({"type": "identify", "userId": "17", "anonymousId": nobody})
    assert message.ids == {"user": "17"} and message.also == {}
    signup = [
        {
            "type": "track_signup",
            "event": "$SignUp",
            "distinct_id": "17",
            "original_id": nobody,
            "properties": {},
        }
    ]
    assert not getattr(read(signup, "sensors")[0], "also", {})


def test_numbers_and_texts_are_the_same_identifier() -> None:
    assert [read({**EVENT, "userId": value})[0].ids["user"] for value in (17, "17", 17.0)] == ["17"] * 3


def test_a_message_without_an_id_is_known_by_what_it_says() -> None:
    plain = {
        "type": "track",
        "event": "e",
        "userId": "1",
        "properties": {"a": 1, "b": 2},
        "timestamp": NOW // 1000,
    }
    turned = dict(reversed(plain.items()))
    ids = [
        read({"batch": [one], "sentAt": sent})[0].message_id
        for one, sent in ((plain, NOW // 1000), (turned, NOW // 1000 + 5))
    ]
    assert ids[0] == ids[1] != read({**plain, "event": "f"})[0].message_id
    flushed = [
        {
            "type": "track",
            "event": "e",
            "distinct_id": "1",
            "time": NOW // 1000,
            "_flush_time": NOW // 1000 + n,
        }
        for n in (0, 9)
    ]
    assert len({message.message_id for message in read(flushed, "sensors")}) == 1


def test_a_batch_is_read_though_a_client_wrote_it_badly() -> None:
    body = (
        b'\xef\xbb\xbf{"batch":[{"type":"track","event":"e","userId":"1",'
        b'"properties":{"a":NaN,"b":Infinity,"c":"\\ud83d","d":"x\ty"}}]}'
    )
    (message,) = read(body)
    assert message.properties == {"a": None, "b": None, "c": "?", "d": "x\ty"}
    assert msgspec.json.encode(message.properties)
    assert unpack("segment", "/v1/batch", body, headers={b"authorization": b"Basic azo="}) == ("k", body)


def test_addresses_stay_outside() -> None:
    (message,) = read(
        {**EVENT, "context": {"ip": "192.0.2.7", "locale": "zh-CN", "traits": {"email": "x@example.com"}}}
    )
    assert message.context == {"locale": "zh-CN"}


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress, lambda body: body])
def test_a_body_is_unpacked_whatever_its_headers_say(packed) -> None:
    body = json.dumps({"writeKey": "k", "batch": []}).encode()
    assert unpack("segment", "/v1/batch", packed(body)) == ("k", body)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"nothing", b"\x1f\x8bgzip", gzip.compress(b"{}", mtime=0)[:-9], b'{"a":', b"[" * 100_000],
)
def test_what_cannot_be_read_is_malformed(body) -> None:
    with pytest.raises(MalformedError):
        unpack("segment", "/v1/batch", body)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        unpacked(bomb, 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000, "it is given up before it fills the memory"


def test_a_path_may_name_the_type() -> None:
    key, body = unpack("segment", "/v1/t", b'{"writeKey":"k","event":"e","userId":"1"}')
    (message,) = read(body)
    assert (key, message.kind, message.name) == ("k", "track", "e")
    key, body = unpack(
        "rudder",
        "/pixel/v1/page",
        method="GET",
        query={"writeKey": "k", "anonymousId": "a", "properties.path": "/x"},
    )
    (message,) = read(body, "rudder")
    assert (key, message.name, message.properties, message.ids) == (
        "k",
        "page_view",
        {"path": "/x"},
        {"cookie": "a"},
    )


@pytest.mark.parametrize("crc", ["", "&ext=crc%3D123", "&crc=-5"])
def test_sensors_take_one_or_many_packed_or_not_with_any_checksum(crc) -> None:
    one = {"type": "track", "event": "e", "distinct_id": "a", "time": NOW // 1000}
    for name, said in (("data", one), ("data_list", [one, one])):
        for pack in (gzip.compress, lambda text: text):
            sent = base64.b64encode(pack(json.dumps(said).encode()))
            body = (
                b"gzip=0&"
                + name.encode()
                + b"="
                + sent.replace(b"+", b"%2B").replace(b"=", b"%3D")
                + crc.encode()
            )
            key, raw = unpack("sensors", "/sa", body, query={"token": "k"})
            assert key == "k" and json.loads(raw) == said
            assert [message.name for message in read(raw, "sensors")] == ["e"] * (
                2 if name == "data_list" else 1
            )
    key, raw = unpack(
        "sensors",
        "/sa.gif",
        method="GET",
        query={"token": "k", "data": base64.b64encode(json.dumps(one).encode()).decode()},
    )
    assert json.loads(raw) == one


def test_sensors_bind_identities_and_part_none() -> None:
    ids = {"$identity_login_id": "17", "$identity_mobile": "13812345678", "$identity_anonymous_id": "c-1"}
    bind, unbind = read(
        [
            {"type": kind, "event": "$BindID", "distinct_id": "17", "identities": ids}
            for kind in ("track_id_bind", "track_id_unbind")
        ],
        "sensors",
    )
    assert (bind.kind, bind.ids, bind.also) == (
        "identify",
        {"user": "17"},
        {"phone": "13812345678", "cookie": "c-1"},
    )
    assert isinstance(unbind, Unusable)


def test_posthog_of_the_browser_is_anonymous_until_it_identifies() -> None:
    said = {
        "token": "k",
        "$device_id": "d-1",
        "distinct_id": "d-1",
        "$current_url": "https://shop.example/",
        "utm_source": "weibo",
    }
    view = {"event": "$pageview", "properties": said, "offset": 1500, "uuid": "u-1"}
    body = b"data=" + base64.b64encode(json.dumps([view]).encode())
    key, raw = unpack("posthog", "/e/", body)
    (message,) = read(raw, "posthog")
    assert (key, message.ids, message.occurred_at) == ("k", {"cookie": "d-1"}, NOW - 1_500_000)
    assert message.context["campaign"] == {"source": "weibo"} and "token" not in message.properties
    known = {**said, "distinct_id": "17", "$anon_distinct_id": "d-1", "$set": {"email": "li@example.com"}}
    (message,) = read({"event": "$identify", "properties": known}, "posthog")
    assert message.ids == {"user": "17", "cookie": "d-1"} and message.also == {
        "cookie": "d-1",
        "email": "li@example.com",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "type", "event", "userId", "anonymousId", "previousId", "messageId", "timestamp", "sentAt", "context", "traits", "properties",
    "batch",    "distinct_id", "original_id", "time", "identities", "login_id", "uuid", "offset", "sent_at", "$set", "id", "at",
    "name", "user_id",
    "anonymous_id", "_flush_time", "groupId",
)  # fmt: skip
KNOWN = st.sampled_from(
    [
        "track",
        "page",
        "identify",
        "alias",
        "group",
        "track_signup",
        "profile_set",
        "$identify",
        "$create_alias",
    ]
)


@given(
    item=st.dictionaries(st.sampled_from(FIELDS), JSON | KNOWN, max_size=8),
    wire=st.sampled_from(sorted(wires())),
    is_batch=st.booleans(),
)
def test_nothing_that_is_json_breaks_a_format(item, wire, is_batch) -> None:
    body = json.dumps({"batch": [item]} if is_batch else item).encode()
    found = read(body, wire)
    assert found, "whatever comes is a message or says why not"
    assert found == read(body, wire), "the same whenever it is read"
    assert msgspec.json.encode(found)


@given(st.binary(max_size=200), st.sampled_from(sorted(wires())))
def test_no_bytes_break_a_format(body, wire) -> None:
    assert read(body, wire)


@given(st.binary(max_size=50))
def test_base64_of_any_kind_is_read(body) -> None:
    assert (
        from_base64(base64.b64encode(body))
        == from_base64(base64.urlsafe_b64encode(body).rstrip(b"="))
        == body
    )
