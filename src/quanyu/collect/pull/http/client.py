"""Ask a service for JSON: not faster than it allows, again where it is out of order, and never another host."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from quanyu.collect.pull.declare import HttpSource
from quanyu.errors import PullError
from quanyu.part.address import BarredError, checked_address
from quanyu.text import Sentence

TRIES = 8
"""How often a request is made before its failure is told."""
MOST_SECONDS = 300.0
"""The longest wait between two tries; a service that wants more is asked the next time."""
MOST_TURNS = 5
"""Redirects within the host that are followed."""
BUCKET = "X-Shopify-Shop-Api-Call-Limit"
"""How full the bucket of requests is, as `32/40`; it leaks at the rate of the source."""
FULL = 0.8
"""How full it may be."""


@dataclass(frozen=True)
class Page:
    """One answer: its JSON, and the address of the next page where a header names it."""

    body: Any
    link: str


class RequestRefusedError(PullError):
    """The service does not take a request as it is."""


@dataclass
class Client:
    """A connection to one service; `wait` passes the seconds between requests."""

    source: HttpSource
    http: httpx.Client
    is_private: bool
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next: float = field(default=0.0, init=False)

    def page(self, url: httpx.URL) -> Page:
        """Return a page; raise `PullError` where none can be had, `RequestRefusedError` where none would be at this address."""
        self._check_host(url)
        for turn in range(TRIES):
            self._pace()
            try:
                with self._asked(url) as response:
                    seconds = self._told(response, turn)
                    if seconds is None:
                        return Page(self._json(response), response.links.get("next", {}).get("url", ""))
            except httpx.HTTPError as error:
                if turn == TRIES - 1 or not isinstance(error, httpx.TransportError):
                    raise self._failed(self.source.told(f"{type(error).__name__}: {error}")) from None
                seconds = 2.0**turn
            if seconds > MOST_SECONDS:
                raise self._failed(Sentence("it wants to be asked again in {n} seconds", n=round(seconds)))
            self.wait(seconds)
        raise self._failed(Sentence("it was asked {n} times", n=TRIES))

    def _failed(self, cause: str) -> PullError:
        return PullError(
            "The service of {name} cannot be asked: {cause}.",
            "Nothing is lost: the next pull goes on where this one stood.",
            name=self.source.name,
            cause=cause,
        )

    def _check_host(self, url: httpx.URL) -> None:
        """Raise `PullError` where an address leads to another host than the source's: it would get the key."""
        home = self.source.address
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise PullError(
                "The service of {name} leads to another host, {host}, which is not asked.",
                "Name the address in the source's file at which it answers itself.",
                name=self.source.name,
                host=url.host[:200],
            )

    def _pace(self) -> None:
        """Wait until a request may be made."""
        now = self.clock()
        if self._next > now:
            self.wait(self._next - now)
        self._next = max(now, self._next) + 1 / self.source.rate

    @contextmanager
    def _asked(self, url: httpx.URL) -> Iterator[httpx.Response]:
        """Make a request, following redirects within the host."""
        for _ in range(MOST_TURNS):
            target, more = self._placed(url)
            headers = {name: value.get_secret_value() for name, value in self.source.headers.items()}
            given = {"Accept": "application/json", **headers, "Host": url.netloc.decode("ascii")}
            with self.http.stream("GET", target, headers=given, extensions=more) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                url = url.join(response.headers["Location"])
                self._check_host(url)
        raise self._failed(Sentence("it redirects without end"))

    def _placed(self, url: httpx.URL) -> tuple[httpx.URL, dict[str, Any]]:
        """Return the address with the number that was looked at, so that its name cannot lead elsewhere meanwhile."""
        if self.is_private:
            return url, {}
        try:
            host, numbers = checked_address(str(url.copy_with(query=None)))
        except BarredError as error:
            if error.is_passing:
                raise httpx.ConnectError(str(error)) from None
            raise PullError(
                "The service of {name} is not asked: {why}.",
                "Services inside one's own network: pull.allow_private = true in quanyu.toml",
                name=self.source.name,
                why=error.why,
            ) from None
        return url.copy_with(host=numbers[0]), {"sni_hostname": host}

    def _told(self, response: httpx.Response, turn: int) -> float | None:
        """Return the seconds after which to ask again, None where the answer is good; raise where it never will be."""
        if response.is_success:
            self._look_at_bucket(response)
            return None
        if response.status_code == 429 or response.status_code >= 500 or response.status_code == 408:
            return max(retry_after(response), 2.0**turn if response.status_code != 429 else 1.0)
        hint = (
            "Check the key in 'headers' and what it may read."
            if response.status_code in (401, 403)
            else "Check 'url' and the parameters in the source's file."
        )
        raise RequestRefusedError(
            "The service of {name} answers with HTTP {status}.",
            hint,
            name=self.source.name,
            status=response.status_code,
        )

    def _look_at_bucket(self, response: httpx.Response) -> None:
        """Let the next request wait until the bucket has leaked enough."""
        used, _, most = response.headers.get(BUCKET, "").partition("/")
        if used.isdigit() and most.isdigit():
            over = int(used) - FULL * int(most)
            self._next = max(self._next, self.clock() + over / self.source.rate)

    def _json(self, response: httpx.Response) -> Any:
        """Return what the body says, numbers exact; raise `PullError` for one that is too large or no JSON."""
        body, most = bytearray(), self.source.most_mb * 1_000_000
        for part in response.iter_bytes():
            body += part
            if len(body) > most:
                raise PullError(
                    "An answer of the service of {name} has more than {most} MB.",
                    "Ask for fewer records at once, or set 'most_mb' higher.",
                    name=self.source.name,
                    most=self.source.most_mb,
                )
        try:
            return json.loads(bytes(body), parse_float=Decimal, parse_constant=str)
        except (ValueError, RecursionError):
            raise PullError(
                "The service of {name} answers with what is no JSON ({kind}).",
                "Check 'url' in the source's file.",
                name=self.source.name,
                kind=response.headers.get("Content-Type", "-")[:80],
            ) from None


def retry_after(response: httpx.Response) -> float:
    """Return the seconds for which a service wants not to be asked, 0 where it says nothing.

    >>> retry_after(httpx.Response(429, headers={"Retry-After": "2.5"})), retry_after(httpx.Response(503))
    (2.5, 0.0)
    """
    said = response.headers.get("Retry-After", "").strip()
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
