"""RudderStack: Segment's messages; traits stand in the context, times in `originalTimestamp`, content types are not to be believed.

Its clients try again after anything but 4xx, and after 429.
"""

from __future__ import annotations

from functools import partial

import msgspec

from quanyu.collect.collector.wire.body import MalformedError
from quanyu.collect.collector.wire.segment import read, routes, unpack
from quanyu.collect.collector.wire.wire import Answer, Asked, Document, Route, Snippet, Wire

UPDATED = "2026-01-01T00:00:00.000Z"
OK = Answer(200, b'"OK"')
PIXEL = Answer(
    200,
    bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"),
    b"image/gif",
)
"""An image of one point that is seen by nobody."""


def unpack_pixel(asked: Asked, kind: str) -> tuple[str, bytes]:
    """Return the key and the message that stand in an address."""
    fields = {name: value for name, value in asked.query.items() if name != "writeKey"}
    if not fields:
        raise MalformedError("The address holds no message.")
    body = msgspec.json.encode(
        {
            **fields,
            "properties": {
                n.removeprefix("properties."): v for n, v in fields.items() if n.startswith("properties.")
            },
        }
    )
    return asked.query.get("writeKey", ""), b'{"type":"%b","batch":[%b]}' % (kind.encode(), body)


def source_config(key: str, base: str) -> bytes:
    """Return what the client in the browser wants to know of a source before it sends."""
    silent = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    source = {
        "id": key, "name": "quanyu", "writeKey": key, "enabled": True, "config": {"statsCollection": silent}, "destinations": [],
        "connections": [], "dataplanes": {}, "workspaceId": "quanyu", "updatedAt": UPDATED,
    }  # fmt: skip
    return msgspec.json.encode({"source": source, "updatedAt": UPDATED})


PYTHON = Snippet(
    "Python",
    "pip install rudder-sdk-python",
    """import rudderstack.analytics as rudder

rudder.write_key = "{key}"
rudder.dataPlaneUrl = "{url}"
rudder.track("user-17", "Product Viewed", {"product_id": "sku-1"})
""",
)
NODE = Snippet(
    "Node.js",
    "npm install @rudderstack/rudder-sdk-node",
    """import Analytics from '@rudderstack/rudder-sdk-node'

const rudder = new Analytics('{key}', { dataPlaneUrl: '{url}' })
rudder.track({ userId: 'user-17', event: 'Product Viewed', properties: { product_id: 'sku-1' } })
""",
)
BROWSER = Snippet(
    "JavaScript",
    "npm install @rudderstack/analytics-js",
    """import { RudderAnalytics } from '@rudderstack/analytics-js'

const rudder = new RudderAnalytics()
rudder.load('{key}', '{url}', { configUrl: '{url}' })
rudder.page()
""",
)
WIRE = Wire(
    "rudder",
    "RudderStack clients",
    (
        *routes(taken=OK),
        Route("/beacon/v1/batch", unpack, OK),
        *(
            Route(f"/pixel/v1/{kind}", partial(unpack_pixel, kind=kind), PIXEL, methods=("GET",))
            for kind in ("track", "page")
        ),
    ),
    read,
    (BROWSER, PYTHON, NODE),
    (Document("/sourceConfig/", source_config), Document("/sourceConfig", source_config)),
)
