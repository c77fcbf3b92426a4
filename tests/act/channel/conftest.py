"""A provider over HTTP that answers as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Asked:
    """One request: its path with the query, headers in lower case, and body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """Answers each request with (status, object or bytes, headers); None: it hangs up without a word."""

    answer: Callable[[Asked], Any]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            one = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            provider.asked.append(one)
            answer = provider.answer(one)
            if answer is None:
                self.close_connection = True
                return
            status, said, *headers = answer if isinstance(answer, tuple) else (200, answer)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in (headers[0] if headers else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):  # who asked may have gone
                self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield provider
        server.shutdown()


@pytest.fixture
def provider() -> Iterator[Callable[[Callable[[Asked], Any]], Provider]]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(serving(Provider(answer)))
