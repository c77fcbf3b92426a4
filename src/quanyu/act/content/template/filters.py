"""The filters of templates, as a table: each bounded in what it takes and gives, so that no template can eat the machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from liquid.builtin.filters import array, math, misc, string
from liquid.exceptions import FilterArgumentError

from quanyu.act.content.template.written import WRITTEN
from quanyu.text import Sentence

MOST_LETTERS = 200_000
"""Letters of a text that a filter takes or gives."""
MOST_ENTRIES = 1_000
"""Entries of a list that a filter takes or gives."""
MOST_BITS = 128
"""Bits of a whole number that a filter takes or gives."""
PLAIN = re.compile(r"\s*[-+]?\d{0,18}(?:\.\d{0,18})?\s*")
"""Numbers in texts: without exponents, which name a number of a billion digits in ten letters."""

Filter = Callable[..., Any]


def _bound(value: object) -> None:
    """Raise `FilterArgumentError` for a value that is too large."""
    is_large = (
        (isinstance(value, str) and len(value) > MOST_LETTERS)
        or (isinstance(value, list | tuple | range) and len(value) > MOST_ENTRIES)
        or (isinstance(value, int) and value.bit_length() > MOST_BITS)
    )
    if is_large:
        raise FilterArgumentError(Sentence("the value is too large"), token=None)


def bounded(given: Filter, grows: Callable[..., int] | None = None) -> Filter:
    """Return a filter that refuses large values; `grows` says how many letters it would give, before it does."""

    @wraps(given)
    def bound(value: Any, *rest: Any, **named: Any) -> Any:
        for one in (value, *rest):
            _bound(one)
        if grows is not None and grows(value, *rest) > MOST_LETTERS:
            raise FilterArgumentError(Sentence("the value is too large"), token=None)
        result = given(value, *rest, **named)
        _bound(result)
        return result

    return bound


def counting(given: Filter) -> Filter:
    """Return a filter of numbers that takes texts only where they are plain numbers."""

    @wraps(given)
    def count(value: Any, *rest: Any, **named: Any) -> Any:
        for one in (value, *rest):
            if isinstance(one, str) and not PLAIN.fullmatch(one):
                raise FilterArgumentError(Sentence("{value!r} is no number", value=one[:40]), token=None)
        return given(value, *rest, **named)

    return bounded(count)


def _replaced(value: object, old: object = "", new: object = "", *_: object) -> int:
    text = str(value)
    return len(text) + text.count(str(old)) * len(str(new))


def _joined(value: object, glue: object = " ", *_: object) -> int:
    parts: Iterable[object] = value if isinstance(value, list | tuple) else [value]
    return sum(len(str(part)) + len(str(glue)) for part in parts)


COUNTING: Mapping[str, Filter] = {
    "abs": math.abs_, "at_least": math.at_least, "at_most": math.at_most, "ceil": math.ceil, "divided_by": math.divided_by,
    "floor": math.floor, "minus": math.minus, "modulo": math.modulo, "plus": math.plus, "round": math.round_, "times": math.times,
}  # fmt: skip
PLAINLY: Mapping[str, Filter] = {
    "append": string.append, "capitalize": string.capitalize, "compact": array.compact, "concat": array.concat,
    "default": misc.default, "downcase": string.downcase, "escape": string.escape, "first": array.first, "last": array.last,
    "lstrip": string.lstrip, "map": array.map_, "newline_to_br": string.newline_to_br, "prepend": string.prepend,
    "remove": string.remove, "reverse": array.reverse, "rstrip": string.rstrip, "size": misc.size, "slice": string.slice_,
    "sort": array.sort, "split": string.split, "strip": string.strip, "truncate": string.truncate,
    "truncatewords": string.truncatewords, "uniq": array.uniq, "upcase": string.upcase, "url_encode": string.url_encode,
    "where": array.where, **WRITTEN,
}  # fmt: skip
FILTERS: Mapping[str, Filter] = {
    **{name: counting(given) for name, given in COUNTING.items()},
    **{name: bounded(given) for name, given in PLAINLY.items()},
    "join": bounded(array.join, _joined),
    "replace": bounded(string.replace, _replaced),
}
"""Every filter that a template may use; what marks a text as safe is none of them."""
