"""Whom a content has nothing to say to: variables that people have no value for, counted over everybody at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis.expr.types as ir

from quanyu.act.channel import Content
from quanyu.act.content.check.finding import Finding, Spot
from quanyu.act.content.compose import compose, variables_of
from quanyu.act.content.sample import sample_values, values_for
from quanyu.act.content.template import Voice, compared_in
from quanyu.act.content.value import values_of, variables
from quanyu.errors import ContentError
from quanyu.method.scratch import Scratch
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

MOST_KINDS = 500
"""Kinds of people that are looked at: who have values for the same variables, and the same words where these are compared."""
EMPTY: Text = "{n} of {all} people have no value for {name}, and nothing stands in its place."
GIVE: Text = "Write {{{{ {name} | default: '…' }}}}, ask first with {{% if {name} %}}, or narrow the segment."
FAILS: Text = "For {n} of {all} people it cannot be written: {why}"
UNSEEN: Text = "{n} people were not looked at: they differ in more than 500 ways."


def of_gaps(ws: Workspace, spot: Spot, source: Content, people: ir.Table) -> Iterator[Finding]:
    """Yield the variables that people have no value for where the content needs one, and how many people that are."""
    names = sorted(variables_of(source))
    n_all, kinds = _kinds(ws, source, people, names)
    if not kinds:
        return
    values = values_for(ws, [person for person, _ in kinds], names)
    missed: dict[str, int] = {}
    failed: dict[str, tuple[int, ContentError]] = {}
    for person, n in kinds:
        for error in _errors(ws, source, values[person]):
            if error.variable:
                missed[error.variable] = missed.get(error.variable, 0) + n
            else:
                before = failed.get(str(error), (0, error))
                failed[str(error)] = (before[0] + n, error)
    for name, n in missed.items():
        why = Sentence(EMPTY, n=f"{n:,}", all=f"{n_all:,}", name=name)
        yield spot.finding("gap", "blocked", why, Sentence(GIVE, name=name), found=name, n_people=n)
    for n, error in failed.values():
        why = Sentence(FAILS, n=f"{n:,}", all=f"{n_all:,}", why=error)
        yield spot.finding("template", "blocked", why, "", n_people=n)
    if rest := n_all - sum(n for _, n in kinds):
        yield spot.finding("unseen", "note", Sentence(UNSEEN, n=f"{rest:,}"), "", n_people=rest)


def _kinds(
    ws: Workspace, source: Content, people: ir.Table, names: list[str]
) -> tuple[int, list[tuple[str, int]]]:
    """Return how many people there are, and one of each kind with how many are like them, the largest kinds first."""
    compared = compared_in([source.subject, source.text, source.html, source.link, *source.fields.values()])
    words = {one.name for one in variables(ws) if one.kind in ("text", "flag")} & compared
    with Scratch(ws) as scratch:
        rows = scratch.keep(values_of(ws, people, names))
        marks = {f"has_{place}": rows[name].notnull() for place, name in enumerate(names)}
        marks |= {f"is_{place}": rows[name] for place, name in enumerate(names) if name in words}
        rows = rows.select("person_id", **marks)
        like = rows.group_by(*marks) if marks else rows
        kinds = like.aggregate(person_id=rows.person_id.min(), n=rows.count())
        shown = kinds.order_by(kinds.n.desc(), kinds.person_id).limit(MOST_KINDS)
        n_all = int(ws.warehouse.read(rows.count())[0][0].as_py())
        listed = ws.warehouse.read(shown.select("person_id", "n")).to_pylist()
    return n_all, [(row["person_id"], row["n"]) for row in listed if row["n"]]


def _errors(ws: Workspace, source: Content, values: dict[str, Any]) -> Iterator[ContentError]:
    """Yield what keeps one person's message from being written, one variable after the other."""
    filled = dict(values)
    for _ in range(len(values) + 1):
        try:
            compose(source, filled, Voice.of(ws))
        except ContentError as error:
            yield error
            if error.variable not in filled or filled[error.variable] is not None:
                return
            filled[error.variable] = sample_values(ws, [error.variable])[error.variable] or "…"
        else:
            return
