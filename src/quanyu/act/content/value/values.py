"""The values of variables for many people at once, where the rows are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ibis
import ibis.expr.types as ir

from quanyu.act.content.value.item_lists import LISTS, lists
from quanyu.act.content.value.last_order import order_values
from quanyu.act.content.value.names import unknown, variables
from quanyu.errors import ContentError
from quanyu.nearest import did_you_mean
from quanyu.workspace import Workspace


def values_of(ws: Workspace, people: ir.Table, names: Iterable[str]) -> ir.Table:
    """Return person_id of people and one column per variable, under its dotted name; null where somebody has no value.

    Money and prices are plain numbers, lists have `name`, `price`, `image` and `url` of each item. Raises `ContentError`
    for a name that is no variable.
    """
    wanted = list(dict.fromkeys(names))
    refuse_unknown(ws, wanted)
    rows = people.select("person_id")
    for part in _parts(ws, rows, wanted):
        new = [name for name in part.columns if name in wanted]
        rows = rows.left_join(part, "person_id").select(*rows.columns, *new)
    fixed: dict[str, ir.Value] = {
        "coupon.code": ibis.null("string"),
        "shop.name": ibis.literal(ws.settings.name).nullif(""),
        "today": ibis.literal(ws.today()),
    }
    rows = rows.mutate(**{name: value for name, value in fixed.items() if name in wanted})
    return rows.select("person_id", *wanted)


def refuse_unknown(ws: Workspace, names: Iterable[str]) -> None:
    """Raise `ContentError` for the first name that is no variable, with the nearest."""
    known = [variable.name for variable in variables(ws)]
    for name in unknown(names, known):
        near = did_you_mean(name, known)
        raise ContentError(
            "There is no variable {name}.",
            "{near} Variables: {known}." if near else "Variables: {known}.",
            name=name,
            near=near,
            known=", ".join(known),
        )


def _parts(ws: Workspace, people: ir.Table, names: Sequence[str]) -> Iterable[ir.Table]:
    """Yield a table of person_id and variables for each family that is asked for."""
    families = {name.partition(".")[0] for name in names}
    for family, table in (("person", "people"), ("trait", "portraits"), ("rfm", "rfm")):
        if family in families:
            yield _columns(ws.warehouse.table(table), family, names)
    if "order" in families:
        yield order_values(ws, people)
    yield from (lists(ws, people, name) for name in names if name in LISTS)


def _columns(table: ir.Table, family: str, names: Sequence[str]) -> ir.Table:
    """Return columns of a table of people as the variables of a family; an empty text is none, money a plain number."""
    chosen = {}
    for name in names:
        head, _, column = name.partition(".")
        if head == family:
            value = table[column]
            if isinstance(value, ir.DecimalValue):
                value = value.cast("float64")
            chosen[name] = value.strip().nullif("") if isinstance(value, ir.StringValue) else value
    return table.select("person_id", **chosen)
