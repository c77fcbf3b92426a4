"""Whom rules find: conditions on traits, on what people did, on segments and lists, asked of everybody.

Many rules are asked together: each table of what people did is read once for all of them, each distinct condition is
added up once, and a rule that names another of them looks at its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import ibis
import ibis.expr.types as ir

from quanyu.errors import RuleError
from quanyu.rule.asking import Asking
from quanyu.rule.expression import expression
from quanyu.rule.gathered import Answers, Gathered, trait_kinds
from quanyu.rule.row import did_of, occurrences
from quanyu.rule.tree import Measure, Node, conditions, leaves
from quanyu.rule.typed import typed

MOST_DEPTH = 8
"""How many rules may stand on each other's shoulders in one query."""


def members(tree: Node, asking: Asking) -> ir.Table:
    """Return person_id and `why`, the values it met, of those for whom a rule holds; without conditions of everybody."""
    view, ready = _gathered({"is_in": tree}, asking)
    # As they are, not as answers that are never null: so engines take only rows of traits that can meet them.
    claims = [
        expression(view.plain(claim), view.table.__getitem__, asking) for claim in conditions(ready["is_in"])
    ]
    chosen = view.table.filter(*claims) if claims else view.table
    parts = [
        ibis.literal(f"{name}=").concat(chosen[cell].cast("string").fill_null(""))
        for name, cell in view.shown(ready["is_in"])
    ]
    why = ibis.literal("; ").join(parts) if parts else ibis.literal("")
    return chosen.select("person_id", why=why)


def population(trees: Mapping[str, Node], asking: Asking, given: Answers | None = None) -> Answers:
    """Return for everybody whether each of some rules holds; those `given` are answered already, and may be named by the others.

    Raises `RuleError` for a rule that cannot be asked, and for rules that wait for each other.
    """
    view, ready = _gathered(trees, asking, given)
    told = _told(view, ready)
    return Answers(told.select("person_id", *view.answers.values()), view.answers)


def answers(tree: Node, asking: Asking, person_id: str) -> ir.Table:
    """Return one row of a person: for each condition of a rule, `is_N`, whether it holds, and `value_N_M`, what it met."""
    view, ready = _gathered({"is_in": tree}, asking)
    claims = conditions(ready["is_in"])
    row = view.table.filter(view.table.person_id == person_id)
    holds = {
        f"is_{n}": expression(view.plain(claim), row.__getitem__, asking, tells_unknown=True)
        for n, claim in enumerate(claims)
    }
    met = {
        f"value_{n}_{m}": row[cell]
        for n, claim in enumerate(claims)
        for m, (_, cell) in enumerate(view.shown(claim))
    }
    return row.select("person_id", **holds, **met)


def happened(tree: Node, asking: Asking, shown: Iterable[str] = ()) -> ir.Table:
    """Return the rows of what a rule names alone, one by one: person_id (null: nobody known), `key`, `at`, and columns shown.

    Raises `RuleError` where the rule is more than one verb.
    """
    did_of(tree)
    (measure,) = leaves(typed(tree, trait_kinds(asking.look)))
    assert isinstance(measure, Measure)
    return occurrences(asking, measure.did, tuple(shown))


def _gathered(
    trees: Mapping[str, Node], asking: Asking, given: Answers | None = None
) -> tuple[Gathered, dict[str, Node]]:
    kinds = trait_kinds(asking.look)
    ready = {name: typed(tree, kinds) for name, tree in trees.items()}
    return Gathered(ready, asking, given), ready


def _told(view: Gathered, ready: Mapping[str, Node]) -> ir.Table:
    """Return everybody with the answer of each rule; a rule that names another comes after it."""
    others = {
        name: {leaf.name for leaf in leaves(tree) if view.is_other(leaf) and leaf.name not in view.given}
        for name, tree in ready.items()
    }
    table = view.table
    for depth, names in enumerate(_ordered(others), start=1):
        table = table.mutate(**{view.answers[name]: view.holds(ready[name], table) for name in names})
        if depth % MOST_DEPTH == 0:
            table = view.asking.keep(table)
    return table


def _ordered(others: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the rules that only need those before them, until there are none left."""
    order: TopologicalSorter[str] = TopologicalSorter(others)
    try:
        order.prepare()
    except CycleError as error:
        raise RuleError(
            "Segments wait for each other: {names}.",
            "Let one of them do without the others.",
            names=" -> ".join(map(str, error.args[1])),
        ) from None
    while order.is_active():
        names = order.get_ready()
        yield names
        order.done(*names)


__all__ = ["Answers", "answers", "happened", "members", "population"]
