"""What surrounds every application: ids of requests, a line of log for each, health, figures, and work in the background."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quanyu import ledger
from quanyu.errors import QuanyuError
from quanyu.part.process import Process, processes
from quanyu.workspace import Workspace

LOG = logging.getLogger("quanyu.access")
ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
"""Ids of requests that a proxy may give; others are replaced, so that no line of log is made from outside."""
PLACE = re.compile(r"/api/v1/[a-z_]{1,40}$|/[a-z_]{0,20}", re.ASCII)
"""What of a path is told: what follows may be a link of somebody, or their name."""


class Lines(logging.Formatter):
    """A line of log as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: when, how grave, what, and the values beside it."""
        usual = logging.LogRecord("", 0, "", 0, "", None, None).__dict__
        more = {
            name: value for name, value in vars(record).items() if name not in usual and name != "message"
        }
        told = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        fault = {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        return json.dumps(told | {"said": record.getMessage()} | more | fault, default=str)


def log_lines() -> None:
    """Write the log of Quanyu to standard error, a line of JSON for each event; personal data stands in none."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logger = logging.getLogger("quanyu")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


class Background:
    """Work that goes on beside requests, each in a thread of its own."""

    def __init__(self, ws: Workspace, chosen: Collection[Process]) -> None:
        self.ws, self.stop = ws, threading.Event()
        self.threads = {
            process.name: threading.Thread(target=self._run, args=(process,), name=process.name)
            for process in chosen
            if process.work is not None
        }

    def _run(self, process: Process) -> None:
        assert process.work is not None
        while not self.stop.is_set():
            try:
                process.work(self.ws, self.stop)
            except Exception as error:  # whatever went wrong, the next round may be better
                LOG.error("work failed", extra={"work": process.name, "error": type(error).__name__})
                self.stop.wait(30)

    @contextmanager
    def going(self) -> Iterator[None]:
        """Let it go on; at the end, what was begun ends."""
        for thread in self.threads.values():
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in self.threads.values():
                thread.join()

    @property
    def is_well(self) -> bool:
        """Whether everything that was started still runs."""
        return all(thread.is_alive() for thread in self.threads.values() if thread.ident is not None)


FIGURES = ("/metrics", "/health/metrics")


class Surround:
    """Middleware: hands a request to the process whose path it is, else to the application inside.

    `figures` are the paths at which Prometheus finds its figures; the console has a page of its own at `/metrics`.
    """

    def __init__(
        self, app: ASGIApp, ws: Workspace, names: Collection[str] = (), figures: Collection[str] = FIGURES
    ) -> None:
        self.app, self.ws, self.figures = app, ws, frozenset(figures)
        chosen = [process for process in processes().values() if process.name in names]
        self.background = Background(ws, chosen)
        self.mounts = [(one.has, one.application(ws)) for one in chosen if one.application is not None]
        self.registry = CollectorRegistry()
        labels = ("place", "method", "status")
        self.asked = Counter("quanyu_requests", "Requests", labels, registry=self.registry)
        self.took = Histogram(
            "quanyu_request_seconds", "Seconds of a request", ("place",), registry=self.registry
        )
        self.waiting = Gauge("quanyu_outbox", "Messages of the outbox", ("status",), registry=self.registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            with self.background.going():
                await self.app(scope, receive, send)
            return
        app = next((mount for has, mount in self.mounts if has(scope.get("path", ""))), self.app)
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if scope["path"] == "/health" or scope["path"] in self.figures:
            ask = self._health if scope["path"] == "/health" else self._metrics
            app = await run_in_threadpool(ask, Headers(scope=scope))
        await self._told(app, scope, receive, send)

    async def _told(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an application answer; count it and write a line."""
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if ID.fullmatch(given) else uuid.uuid4().hex
        began, status = time.perf_counter(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await app(scope, receive, sent)
        finally:
            found = PLACE.match(scope["path"])
            place, method, took = (
                found[0] if found and status != 404 else "/",
                scope["method"],
                time.perf_counter() - began,
            )
            self.asked.labels(place, method, status).inc()
            self.took.labels(place).observe(took)
            values = {"request": request_id, "method": method, "place": place, "status": status}
            LOG.info("request", extra=values | {"ms": round(took * 1000, 1)})

    def _health(self, _: Headers) -> Response:
        """Say whether requests can be answered: the ledger is there, and all work goes on."""
        try:
            ledger.count_messages(self.ws.ledger, topic="none")
            is_well = self.background.is_well
        except QuanyuError:
            is_well = False
        return JSONResponse({"status": "ok" if is_well else "failing"}, 200 if is_well else 503)

    def _metrics(self, headers: Headers) -> Response:
        """Tell the figures to a program with a key."""
        _, _, secret = headers.get("authorization", "").partition(" ")
        if ledger.find_key(self.ws.ledger, secret, at=self.ws.now()) is None:
            return Response("A key is needed.", 401, headers={"WWW-Authenticate": "Bearer"})
        for status, n in ledger.count_messages(self.ws.ledger).items():
            self.waiting.labels(status).set(n)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


SURROUND = Surround
"""Found here by the console, which stands inside the same."""
LOG_LINES = log_lines
"""Found here by the console too."""
