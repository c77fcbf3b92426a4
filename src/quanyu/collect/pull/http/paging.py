"""Where the next page is: an address in a header or in the body, a word in the body, or a number that is counted up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import httpx

from quanyu.collect.pull.declare import HttpSource
from quanyu.collect.pull.http.client import Page
from quanyu.collect.pull.http.record import at
from quanyu.errors import PullError


def first_page(source: HttpSource, since: Any) -> httpx.URL:
    """Return the address of the first page of what changed since then."""
    given = {} if not source.since or since is None else {source.since: str(since)}
    if source.next.page:
        given[source.next.page] = str(source.next.first)
    if source.next.offset:
        given[source.next.offset] = "0"
    return source.address.copy_merge_params(given)


def next_page(source: HttpSource, url: httpx.URL, page: Page, n_records: int) -> httpx.URL | None:
    """Return the address of the page behind one that has so many records, None where there is none."""
    way = source.next
    if way.page or way.offset:
        if not n_records:
            return None
        name = way.page or way.offset
        number = int(url.params[name]) + (1 if way.page else n_records)
        return url.copy_set_param(name, str(number))
    if way.cursor:
        said = at(page.body, way.cursor)
        return url.copy_set_param(way.parameter, str(said)) if said not in (None, "", False) else None
    said = at(page.body, way.url) if way.url else page.link
    try:
        return url.join(said) if isinstance(said, str) and said else None
    except (httpx.InvalidURL, ValueError):
        raise PullError(
            "The service of {name} names a next page that is no address.",
            "Check 'next' in the source's file.",
            name=source.name,
        ) from None


def without_own(url: httpx.URL, home: httpx.URL) -> tuple[str, list[str]]:
    """Return an address without what the source's own address says too, which may be a key, and which parameters that were.

    >>> home = httpx.URL("https://me:pw@shop.example/orders?key=K&limit=2")
    >>> without_own(httpx.URL("https://me:pw@shop.example/orders?key=K&page=7"), home)
    ('https://shop.example/orders?page=7', ['key'])
    """
    mine = set(home.params.multi_items())
    pairs = url.params.multi_items()
    kept = httpx.QueryParams([pair for pair in pairs if pair not in mine])
    bare = url.copy_with(userinfo=b"", query=str(kept).encode("ascii") or None)
    return str(bare), list(dict.fromkeys(name for name, value in pairs if (name, value) in mine))


def with_own(said: str, own: Collection[str], home: httpx.URL) -> httpx.URL:
    """Return the address again, with what the source's own address says by now."""
    url = httpx.URL(said)
    pairs = [pair for pair in home.params.multi_items() if pair[0] in own]
    if pairs:
        url = url.copy_with(query=str(httpx.QueryParams([*pairs, *url.params.multi_items()])).encode("ascii"))
    return url.copy_with(userinfo=home.userinfo)
