"""What changed in the columns of a source since it was read last: which came, which went, which hold other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quanyu.collect.header import fits, normal, reads
from quanyu.collect.layout import Layout, recognise
from quanyu.errors import PullError
from quanyu.nearest import nearest
from quanyu.text import Sentence


@dataclass(frozen=True)
class Drift:
    """Columns that came and went, and of those whose values are of another kind the kinds before and now."""

    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    turned: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.turned)


def drift(before: Mapping[str, str], now: Mapping[str, str]) -> Drift:
    """Return what changed between two looks at the columns of a source; a column without values has no kind yet.

    >>> drift({"id": "integer", "paid": "decimal"}, {"id": "text", "sum": "decimal"})
    Drift(came=('sum',), went=('paid',), turned={'id': ('integer', 'text')})
    """
    if not before:
        return Drift()
    turned = {
        name: (before[name], kind)
        for name, kind in now.items()
        if kind and before.get(name) and not set(kind.split(" / ")) <= set(before[name].split(" / "))
    }
    came, went = (
        tuple(name for name in one if name not in other) for one, other in ((now, before), (before, now))
    )
    return Drift(came, went, turned)


def known(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return the kinds of values that were ever seen in the present columns.

    >>> known({"id": "integer", "gone": "text"}, {"id": "text", "new": ""})
    {'id': 'integer / text', 'new': ''}
    """
    seen = {
        name: {*before.get(name, "").split(" / "), *kind.split(" / ")} - {""} for name, kind in now.items()
    }
    return {name: " / ".join(sorted(kinds)) for name, kinds in seen.items()}


def check_columns(name: str, layout: Layout, columns: Sequence[str], went: Sequence[str]) -> None:
    """Raise `PullError` where a column is missing that the layout needs, or read from this source until now."""
    match = recognise.matches(columns, [layout])[0]
    is_read = reads(layout.known)
    gone = [column for column in went if is_read(normal(column))]
    missing = [
        *match.missing,
        *(column for column in gone if not any(fits(one, normal(column)) for one in match.missing)),
    ]
    if not missing:
        return
    near = ", ".join(
        f"{column} → {found}"
        for column in missing
        if (found := nearest(column, columns)) and found not in missing
    )
    raise PullError(
        "The rows of {name} miss {missing}, which the layout {layout} reads. They have: {columns}.",
        "{near}Give the columns these names in a query, or change the layout (docs/how-to/write-a-layout.md).",
        name=name,
        missing=", ".join(missing),
        layout=layout.name,
        columns=", ".join(columns),
        near=Sentence("Near: {near}. ", near=near) if near else "",
    )
