"""Where the next page is: an address in a header or in the body, a word in the body, or a number that is counted up."""

from __future__ import annotations

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
