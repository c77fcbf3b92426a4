"""Everybody's answers to all segments: those that stand as they were, and anew those that something touched since.

A segment that asks only for what people did is asked again only of the people whose rows came, went or differ, or passed an
edge of a window. One that asks for anything else (traits, ranks, lists) is asked again of everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import ibis
import ibis.expr.types as ir

from quanyu.method.change import Made, touched
from quanyu.rule import Answers, Asking, population
from quanyu.rule.passing import asked, begins, edges, is_past
from quanyu.rule.tree import Measure, Node, groups, walked
from quanyu.rule.verb import VERBS, Rows
from quanyu.warehouse import Warehouse
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

ORDERED = ("earliest", "latest")
"""Figures of which a key of rows decides where their moments are the same."""
WHO = ("identities", "people")
"""Tables that say whose all rows are."""
ROWS: Mapping[str, Rows] = {verb.rows.table.name: verb.rows for verb in VERBS.values()}
READS = (*sorted({name for rows in ROWS.values() for name in (rows.table.name, *(table.name for table in rows.more.values()))}),
         *WHO)  # fmt: skip
"""Whatever answers that may stand are made of."""


class Touched(Protocol):
    """Whom something touched."""

    @property
    def people(self) -> ir.Table:
        """Their numbers, as `person`."""

    def rows(self, warehouse: Warehouse, name: str) -> ir.Table:
        """Return their rows of a table."""


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
        last = self.last
        standing = self._standing(last, trees) if last else {}
        who = self._touched(last, standing) if last and standing else None
        if last is None or who is None:
            return population(trees, self.asking)
        anew = population(standing, self._among(who, standing))
        given = _together(last, anew, who)
        others = {name: tree for name, tree in trees.items() if name not in standing}
        return population(others, self.asking, given)

    def _standing(self, last: Last, trees: Mapping[str, Node]) -> Mapping[str, Node]:
        """Return the segments that ask only for what people did, and for one another."""
        items, versions = self.ws.warehouse.version("items"), last.made.versions
        standing = {
            name: tree
            for name, tree in trees.items()
            if name in last.known
            and is_past(tree)
            and (items == versions["items"] or not _asks(tree, "item."))
        }
        while waiting := [
            name for name, tree in standing.items() if not standing.keys() >= set(groups(tree))
        ]:
            standing = {name: tree for name, tree in standing.items() if name not in waiting}
        return standing

    def _touched(self, last: Last, standing: Mapping[str, Node]) -> Touched | None:
        """Return whose answers may differ, None if it cannot be told."""
        before = Asking.of(self.ws, last.made.as_of)
        passed: dict[str, set[tuple[dt.datetime, dt.datetime]]] = {}
        for tree in standing.values():
            for (name, was), (_, now) in zip(edges(tree, before), edges(tree, self.asking), strict=True):
                if was and now and was != now:
                    passed.setdefault(name, set()).add((min(was, now), max(was, now)))
        reads = {name for tree in standing.values() for name, _ in begins(tree, self.asking)}
        tables = {*reads, *WHO, *("orders" for name in reads if ROWS[name].is_of_orders)}
        more = [self._passing(name, moments) for name, moments in passed.items()]
        if any(_asks(tree, "send.") for tree in standing.values()):
            moved = self._answers_moved(last)
            if moved is None:
                return None
            more.append(moved)
        return touched(self.ws, last.made.of_tables(*tables), self.as_of, {}, more)

    def _passing(self, name: str, moments: set[tuple[dt.datetime, dt.datetime]]) -> ir.Table:
        """Return whose rows of a table passed an edge: `key` or `person`."""
        promise = ROWS["orders"] if ROWS[name].is_of_orders else ROWS[name]
        rows = self.ws.warehouse.table(promise.table.name)
        at = rows[promise.time]
        # Engines pass over what is not in the span of all edges before they look at each.
        span = (at >= ibis.literal(min(low for low, _ in moments))) & (
            at < ibis.literal(max(high for _, high in moments))
        )
        passed = [(at >= ibis.literal(low)) & (at < ibis.literal(high)) for low, high in sorted(moments)]
        chosen = rows.filter(span).filter(ibis.or_(*passed))
        return chosen.select(**{"key" if promise.of == "id_key" else "person": group_key(chosen[promise.of])})

    def _answers_moved(self, last: Last) -> ir.Table | None:
        """Return whose answers are to messages of which something differs."""
        moved = self.ws.warehouse.moved("deliveries", last.made.versions["deliveries"])
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
        if any(_asks(tree, "send.") for tree in standing.values()):
            since.pop("deliveries", None)
        some = {
            name: self.asking.keep(who.rows(self.ws.warehouse, name).select("person_id", *more))
            for name, more in (("people", ()), ("identities", ("id_key",)))
        }
        for name, starts in since.items():
            rows = _from(who.rows(self.ws.warehouse, name), ROWS[name].time, starts)
            needed = _needed(name, standing.values())
            kept = self.asking.keep(rows.select(*(column for column in rows.columns if column in needed)))
            nowhere = {
                column: ibis.null(kind) for column, kind in rows.schema().items() if column not in needed
            }
            some[name] = kept.mutate(**nowhere)
        return replace(
            self.asking, look=lambda name: some[name] if name in some else self.ws.warehouse.table(name)
        )


def _together(last: Last, anew: Answers, who: Touched) -> Answers:
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


def _asks(tree: Node, prefix: str) -> bool:
    """Say whether a rule looks at columns of a table beside what people did."""
    return any(column.startswith(prefix) for _, column in asked(tree))


def _needed(name: str, trees: Iterable[Node]) -> set[str]:
    """Return the columns of a table of what people did that rules look at, and those that tell whose and when."""
    rows, looked_at = ROWS[name], [pair for tree in trees for pair in asked(tree)]
    own = {column.partition(".")[0] for table, column in looked_at if table == name}
    beside = {column.partition(".")[2] for _, column in looked_at if column.startswith("order.")}
    links = {"source", "order_id"} if name == "orders" else {"item_id", "send_id"}
    is_ordered = any(
        isinstance(node, Measure)
        and node.aggregate in ORDERED
        and VERBS[node.did.verb].rows.table.name == name
        for tree in trees
        for node in walked(tree)
    )
    keys = set(rows.key) if is_ordered else set[str]()
    return {rows.of, rows.time, *keys, *own, *links, *(beside if name == "orders" else ())}
