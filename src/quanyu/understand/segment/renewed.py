"""Everybody's answers to all segments: those that stand as they were, and anew those that something touched since.

A segment that asks only for what people did is asked again only of the people whose rows came, went or differ, or passed an
edge of a window. One that asks for anything else (traits, ranks, lists) is asked again of everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import ibis
import ibis.expr.types as ir

from quanyu.method.change import Made, touched
from quanyu.method.change.touch import Touched
from quanyu.rule import Answers, Asking, population
from quanyu.rule.passing import begins, beside, edges, is_past
from quanyu.rule.tree import Node, groups
from quanyu.rule.verb import VERBS, Rows
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

WHO = ("identities", "people")
"""Tables that say whose all rows are."""
ROWS: Mapping[str, Rows] = {verb.rows.table.name: verb.rows for verb in VERBS.values()}
READS = (*sorted({name for rows in ROWS.values() for name in (rows.table.name, *(table.name for table in rows.more.values()))}),
         *WHO)  # fmt: skip
"""Whatever answers that may stand are made of."""


@dataclass(frozen=True)
class Last:
    """The answers that were kept: of which segments they are known, and what they were made of."""

    made: Made
    answers: Answers
    known: frozenset[str]


@dataclass(frozen=True)
class Renewed:
    """The work of one turn: what is asked, and what is kept from the turn before."""

    ws: Workspace
    as_of: dt.date
    asking: Asking
    last: Last | None

    def answers(self, trees: Mapping[str, Node]) -> Answers:
        """Return everybody's answers. Raises what `population` raises."""
        standing = self._standing(trees) if self.last else {}
        who = self._touched(standing) if standing else None
        if self.last is None or who is None:
            return population(trees, self.asking)
        anew = population(standing, self._among(who, standing))
        given = self._together(self.last, anew, who)
        others = {name: tree for name, tree in trees.items() if name not in standing}
        return population(others, self.asking, given)

    @cached_property
    def before(self) -> Asking:
        """The asking of the turn before, for its moment."""
        assert self.last is not None
        return Asking.of(self.ws, self.last.made.as_of)

    def _standing(self, trees: Mapping[str, Node]) -> Mapping[str, Node]:
        """Return the segments that ask only for what people did, and for one another."""
        assert self.last is not None
        items, versions = self.ws.warehouse.version("items"), self.last.made.versions
        standing = {
            name: tree
            for name, tree in trees.items()
            if name in self.last.known
            and is_past(tree)
            and (items == versions["items"] or all(prefix != "item" for _, prefix in beside(tree)))
        }
        while waiting := [
            name for name, tree in standing.items() if not standing.keys() >= set(groups(tree))
        ]:
            standing = {name: tree for name, tree in standing.items() if name not in waiting}
        return standing

    def _touched(self, standing: Mapping[str, Node]) -> Touched | None:
        """Return whose answers may differ, None if it cannot be told."""
        assert self.last is not None
        passed: dict[str, set[tuple[dt.datetime, dt.datetime]]] = {}
        for tree in standing.values():
            for (name, was), (_, now) in zip(edges(tree, self.before), edges(tree, self.asking), strict=True):
                if was and now and was != now:
                    passed.setdefault(name, set()).add((min(was, now), max(was, now)))
        reads = {name for tree in standing.values() for name, _ in begins(tree, self.asking)}
        tables = {*reads, *WHO, *("orders" for name in reads if ROWS[name].is_of_orders)}
        asked = {pair for tree in standing.values() for pair in beside(tree)}
        more = [self._passing(name, moments) for name, moments in passed.items()]
        if ("responses", "send") in asked:
            moved = self._answers_moved()
            if moved is None:
                return None
            more.append(moved)
        return touched(self.ws, self.last.made.of_tables(*tables), self.as_of, {}, more)

    def _passing(self, name: str, moments: set[tuple[dt.datetime, dt.datetime]]) -> ir.Table:
        """Return whose rows of a table passed an edge: `key` or `person`."""
        promise = ROWS["orders"] if ROWS[name].is_of_orders else ROWS[name]
        rows = self.ws.warehouse.table(promise.table.name)
        at = rows[promise.time]
        chosen = rows.filter(
            ibis.or_(
                *((at >= ibis.literal(low)) & (at < ibis.literal(high)) for low, high in sorted(moments))
            )
        )
        return chosen.select(**{"key" if promise.of == "id_key" else "person": group_key(chosen[promise.of])})

    def _answers_moved(self) -> ir.Table | None:
        """Return whose answers are to messages of which something differs."""
        assert self.last is not None
        moved = self.ws.warehouse.moved("deliveries", self.last.made.versions["deliveries"])
        if moved is None:
            return None
        answers = self.ws.warehouse.table("responses").semi_join(moved[0].union(moved[1]), "send_id")
        return answers.select(person=group_key(answers.person_id))

    def _among(self, who: Touched, standing: Mapping[str, Node]) -> Asking:
        """Return the asking of those who are touched alone: only their rows, from when on they are looked at."""
        since: dict[str, list[dt.datetime | None]] = {}
        for tree in standing.values():
            for name, start in begins(tree, self.asking):
                since.setdefault("orders" if ROWS[name].is_of_orders else name, []).append(start)
        if any(prefix == "send" for tree in standing.values() for _, prefix in beside(tree)):
            since.pop("deliveries", None)
        rows = {name: who.rows(self.ws.warehouse, name) for name in (*since, *WHO)}
        some = {
            name: self.asking.keep(_from(table, ROWS[name].time, since[name]) if name in since else table)
            for name, table in rows.items()
        }
        return replace(
            self.asking, look=lambda name: some[name] if name in some else self.ws.warehouse.table(name)
        )

    def _together(self, last: Last, anew: Answers, who: Touched) -> Answers:
        """Return the answers of all: as they stand, and anew of those who are touched."""
        stood = last.answers.table.mutate(person=group_key(last.answers.table.person_id))
        stood = stood.anti_join(who.people, "person")
        parts = [
            table.select("person_id", **{cell: table[cells[name]] for name, cell in anew.cells.items()})
            for table, cells in ((stood, last.answers.cells), (anew.table, anew.cells))
        ]
        return Answers(ibis.union(*parts), anew.cells)


def _from(rows: ir.Table, time: str, starts: list[dt.datetime | None]) -> ir.Table:
    known = [start for start in starts if start]
    return rows.filter(rows[time] >= ibis.literal(min(known))) if len(known) == len(starts) else rows
