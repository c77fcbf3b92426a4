"""Records of JSON as rows: objects within objects by dotted names, a list within a record as a row for each of its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quanyu.errors import PullError


def at(body: Any, path: str) -> Any:
    """Return what stands at a dotted path, None where nothing does.

    >>> at({"page": {"next": "x"}}, "page.next"), at({}, "page.next"), at([1], "")
    ('x', None, [1])
    """
    for name in path.split(".") if path else ():
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def records_of(body: Any, path: str, name: str) -> list[Mapping[str, Any]]:
    """Return the records of an answer; raise `PullError` where there is no list of objects at the path."""
    found = at(body, path)
    if isinstance(found, list) and all(isinstance(one, Mapping) for one in found):
        return found
    raise PullError(
        "An answer of the service of {name} has no list of records at {path!r}; it has: {known}.",
        'Say in \'records\' where they are, such as "orders" or "data.orders".',
        name=name,
        path=path,
        known=", ".join(map(str, body))[:300] if isinstance(body, Mapping) else type(body).__name__,
    )


def rows_of(record: Mapping[str, Any], explode: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a record: one, or one for each item of the list `explode`, each with all else of the record.

    >>> list(rows_of({"id": 1, "who": {"mail": "a@b"}, "lines": [{"sku": "x"}, {"sku": "y"}]}, "lines"))
    [{'id': 1, 'who.mail': 'a@b', 'lines.sku': 'x'}, {'id': 1, 'who.mail': 'a@b', 'lines.sku': 'y'}]
    >>> list(rows_of({"id": 1, "lines": []}, "lines"))
    [{'id': 1}]
    """
    rest = dict(_flat({name: value for name, value in record.items() if name != explode}))
    items = record.get(explode) if explode else None
    for item in items if isinstance(items, list) and items else [{}]:
        yield {**rest, **dict(_flat({explode: item} if item else {}))}


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
