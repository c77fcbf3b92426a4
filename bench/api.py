"""What a request of the API costs beside a bare route of FastAPI: `python -m bench.api`.

CPU seconds of this process for one request after another, straight into the application, the least of five rounds.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

import quanyu as qy
from quanyu.api.route import application

N, ROUNDS = 500, 5
EMPTY = b"[]"


def bare() -> FastAPI:
    """Return an application with one route that reads its body and answers from a thread."""
    app = FastAPI()

    @app.post("/api/v1/list_segments", include_in_schema=False)
    async def nothing(request: Request) -> Response:
        await request.body()
        return await run_in_threadpool(Response, EMPTY, media_type="application/json")

    return app


async def ask(app: Any, path: str, body: bytes, headers: dict[str, str]) -> None:
    """Ask once; raise `RuntimeError` for an answer that is none."""
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
             "method": "POST", "path": path, "query_string": b"",
             "raw_path": path.encode(), "headers": pairs, "client": ("127.0.0.1", 1),
             "server": ("test", 80), "scheme": "http"}  # fmt: skip
    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path}: {status}")


async def cost(app: Any, path: str, bodies: list[bytes], headers: list[dict[str, str]]) -> float:
    """Return the CPU microseconds of a request."""
    began = time.process_time()
    for body, head in zip(bodies, headers, strict=True):
        await ask(app, path, body, head)
    return (time.process_time() - began) / len(bodies) * 1e6


async def measured(ws: qy.Workspace) -> None:
    """Print what each kind of request costs."""
    key = qy.do(ws, "add_key", name="bench", role="owner").secret
    head = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    app, floor = application(ws), bare()
    rule = [json.dumps({"name": "big", "rule": f"monetary_amount > {n}"}).encode() for n in range(N)]
    kinds = {
        "bare FastAPI route": (floor, "list_segments", [b"{}"] * N, False),
        "a read (list_segments)": (app, "list_segments", [b"{}"] * N, False),
        "a write (add_segment)": (app, "add_segment", rule, False),
        "a write with a key of its own": (app, "add_segment", rule, True),
    }
    took: dict[str, float] = dict.fromkeys(kinds, float("inf"))
    for turn in range(ROUNDS):
        for name, (asked, path, bodies, is_once) in kinds.items():
            more = [{"idempotency-key": f"{turn}-{n}"} if is_once else {} for n in range(N)]
            spent = await cost(asked, f"/api/v1/{path}", bodies, [head | one for one in more])
            took[name] = min(took[name], spent)
    least = took["bare FastAPI route"]
    for name, spent in took.items():
        print(f"{name:32} {spent:8.0f} us of CPU   {spent / least:5.1f} x bare")


def main() -> None:
    """Make an empty shop and measure."""
    with tempfile.TemporaryDirectory() as place:
        ws = qy.create(Path(place) / "shop", api={"per_minute": 10**9})
        asyncio.run(measured(ws))
        ws.close()


if __name__ == "__main__":
    main()
