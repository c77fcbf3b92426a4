"""Plain layouts: for every table that takes input, the file whose columns are the contract's columns."""

from __future__ import annotations

from dataclasses import replace

from quanyu.collect.layout.layout import Field, Layout, People, Target
from quanyu.tables import CONTRACTS, Table

SOURCE = "plain"
MADE = ("source", "line_no", "id_key", "into")
"""Required columns that a plain file may leave out, because they can be made."""
EITHER = {"members": ("id_key", "member_no", "phone", "email")}
"""Tables whose rows need one of several columns rather than a fixed one."""


def plain_layouts() -> list[Layout]:
    """Return the plain layout of every input table, named after the table.

    >>> [layout.match for layout in plain_layouts() if layout.name == "plain_leads"]
    [('lead_id', 'contacted_on')]
    """
    return [_plain(table) for table in CONTRACTS.values() if table.is_input]


def _plain(table: Table) -> Layout:
    named = {column.name: Field(columns=(column.name,)) for column in table.columns}
    if "source" in named:
        named["source"] = Field(columns=("source",), default=SOURCE)
    if "line_no" in named:
        named["line_no"] = Field(columns=("line_no",), running=("order_id",))
    for key in ("id_key", "other_key"):
        if key in named:
            named[key] = Field(columns=(key,), id="key")
    per: tuple[str, ...] = ()
    if table.name == "spend":
        # Rows of one placement add up, as in the reports of platforms: a credit stands beside what it lowers.
        per = table.key
        counted = [
            c.name for c in table.columns if c.name not in per and c.kind in ("integer", "number", "money")
        ]
        named |= {name: replace(named[name], total=True) for name in counted if name != "fx_rate"}
    must = tuple(c.name for c in table.columns if c.is_required and c.name not in MADE)
    match = must if table.name != "links" else ("id_key", "other_key")
    return Layout(
        name=f"plain_{table.name}", zh=f"{table.zh}（列名即字段名）", en=f"{table.en} (columns named as in the table)",
        platform=SOURCE, source=SOURCE, match=match, targets=(Target(table, named, per),), people=_people(table),
        either=EITHER.get(table.name, ()), is_plain=True,
    )  # fmt: skip


def _people(table: Table) -> People:
    if table.name != "members":
        return People()
    ids = (
        Field(columns=("id_key",), id="key", is_verified=True),
        Field(columns=("member_no",), id="member", is_verified=True),
        Field(columns=("phone",), id="phone", is_verified=True),
        Field(columns=("email",), id="email", is_verified=True),
    )
    return People(ids, Field(columns=("seen_at", "joined_on")))
