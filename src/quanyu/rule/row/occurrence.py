"""The rows of what people did, one by one: what a journey begins with, waits for and ends by."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from quanyu.errors import RuleError
from quanyu.rule.asking import Asking
from quanyu.rule.expression import expression
from quanyu.rule.row.source import AT, cell, rows_of
from quanyu.rule.tree import EVER, Apply, Did, Literal, Measure, Node, columns, conditions
from quanyu.rule.verb import VERBS, claim_of
from quanyu.warehouse.portable import group_key


def did_of(tree: Node) -> Did:
    """Return what a rule says that somebody does, where it says this alone; raise `RuleError` where it asks for more.

    >>> from quanyu.rule import parse
    >>> did_of(parse("did sign_up")).detail
    'sign_up'
    """
    match conditions(tree):
        case (Apply(">=", (Measure(did, "times", None, window), Literal(value))),) if (
            window == EVER and float(str(value)) == 1
        ):
            return did
    raise RuleError(
        "This does not name one thing that people do.",
        "Write a verb alone, such as: did add_to_cart where (properties.price > 50); bought taobao; opened mail.",
    )


def occurrences(asking: Asking, did: Did, shown: Sequence[str] = ()) -> ir.Table:
    """Return the rows of what people did, typed: person_id, `key` (which row it is, as a text), `at`, and the columns shown.

    Columns keep their names with `__` for points (`properties__cart_id`). Rows of nobody known have no person_id.
    """
    rows = VERBS[did.verb].rows
    claim = claim_of(did)
    table = rows_of(asking.look, rows, [*columns(claim), *shown])
    held = table.filter(expression(claim, lambda name: table[cell(name)], asking).fill_null(False))
    home = asking.look("identities" if rows.of == "id_key" else "people")
    owned = home.select(owner=group_key(home[rows.of]), person_id=home.person_id)
    key = ibis.literal(":").join([held[cell(name)].cast("string").fill_null("") for name in rows.key])
    told = held.mutate(key=ibis.literal(f"{did.verb}:").concat(key)).left_join(owned, "owner")
    return told.select("person_id", "key", AT, *(cell(name) for name in shown))


__all__ = ["did_of", "occurrences"]
