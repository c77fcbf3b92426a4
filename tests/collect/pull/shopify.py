"""A service that behaves as Shopify documents: pages by a header, a bucket of requests that leaks, keys, filters."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "shpat_very-secret-0123456789"
PATH = "/admin/api/2024-10/orders.json"


def order(number: int, minute: int, amount: str = "10.00", lines: int = 2) -> dict[str, Any]:
    """Return an order as the REST Admin API tells it."""
    return {
        "id": 450789469000000000 + number,
        "name": f"#{number}",
        "email": f"p{number}@example.com",
        "created_at": "2026-11-01T10:00:00+08:00",
        "updated_at": f"2026-11-11T{minute // 60:02}:{minute % 60:02}:00+08:00",
        "financial_status": "paid",
        "fulfillment_status": None,
        "currency": "CNY",
        "total_price": amount,
        "current_total_price": amount,
        "total_discounts": "0.00",
        "total_shipping_price_set": {"shop_money": {"amount": "0.00", "currency_code": "CNY"}},
        "discount_codes": [{"code": "NEW", "amount": "0.00"}],
        "shipping_address": {"name": "Ann Lee", "city": "杭州市", "province": "浙江"},
        "line_items": [
            {
                "id": number * 10 + n,
                "sku": f"S{n}",
                "title": "Cup",
                "quantity": 1,
                "price": "5.00",
                "total_discount": "0.00",
            }
            for n in range(lines)
        ],
    }


@dataclass
class Shop:
    """What the service holds, how it is asked, and what goes wrong the next times."""

    url: str = ""
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    faults: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    bucket: str = "1/40"
    limit: int = 2

    def put(self, *orders: dict[str, Any]) -> None:
        self.orders |= {one["id"]: one for one in orders}

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, dict(handler.headers)))
        if self.faults:
            self.faults.pop(0)(handler)
            return
        query = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        if handler.headers.get("X-Shopify-Access-Token") != TOKEN:
            reply(handler, 401, {"errors": "[API] Invalid API key or access token"})
        elif "page_info" in query and set(query) - {"page_info", "limit"}:
            reply(handler, 400, {"errors": "page_info cannot be passed with other parameters"})
        else:
            self._page(handler, query)

    def _page(self, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        since, start = query.get("updated_at_min", ""), 0
        if "page_info" in query:
            at, _, since = query["page_info"].partition("~")
            start = int(at)
        chosen = [one for one in self.orders.values() if one["updated_at"] >= since.replace(" ", "+")]
        page, more = chosen[start : start + self.limit], {"X-Shopify-Shop-Api-Call-Limit": self.bucket}
        if start + self.limit < len(chosen):
            info = f"{start + self.limit}~{since.replace('+', '%2B')}"
            more["Link"] = f'<{self.url}{PATH}?limit={self.limit}&page_info={info}>; rel="next"'
        reply(handler, 200, {"orders": page}, **more)


def reply(handler: BaseHTTPRequestHandler, status: int, body: Any, **headers: str) -> None:
    """Answer with JSON."""
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {
        "Content-Type": "application/json",
        "Content-Length": str(len(said)),
        **headers,
    }.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(said)


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Serve for as long as the block lasts, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of clients that hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
