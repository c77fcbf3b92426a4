"""Rows about somebody who was erased: known by the tombs of their identifiers, and refused."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from quanyu import ledger
from quanyu.collect.layout import Layout
from quanyu.collect.reason import ERASED, because
from quanyu.collect.record.check import Rule
from quanyu.part.told_consent import TOMB, tomb_of
from quanyu.warehouse.reader import Reader, variable
from quanyu.workspace import Workspace

N_ERASED = "_n_erased"
"""The variable of the engine that says how many tombs there are: where there are none, nobody is asked."""


@ibis.udf.scalar.builtin(name="quanyu_is_erased")  # type: ignore[untyped-decorator]
def _is_erased(key: str) -> bool:
    raise NotImplementedError


def tombs_of(ws: Workspace) -> frozenset[str]:
    """Return the tombs of all identifiers that were erased."""
    listed = ledger.list_suppressions(ws.ledger, reason="erased")
    return frozenset(line.id_key for line in listed if line.id_key.startswith(TOMB))


# Without a key there is nobody to know again; it is no password.
def teach(reader: Reader, tombs: frozenset[str] = frozenset(), secret: str = "") -> None:  # nosec B107
    """Let an engine know the tombs; what it was taught first stays."""

    def is_erased(key: str) -> bool:
        return tomb_of(key, secret) in tombs

    if tombs:
        reader.give(N_ERASED, len(tombs))
    reader.define("quanyu_is_erased", is_erased, "BOOLEAN")


def erased_rules(rows: ir.Table, ids: list[str], layout: Layout) -> Iterator[Rule]:
    """Yield the rules that no identifier of a record is that of somebody who was erased."""
    own = [f"{target.table.name}__{name}" for target in layout.targets for name in ("id_key", "other_key")]
    has_tombs = (variable(N_ERASED, "int64") > 0).fill_null(False)
    for name in [*ids, *(name for name in own if name in rows.columns)]:
        yield has_tombs.ifelse(_is_erased(rows[name]).fill_null(False), ibis.literal(False)), because(ERASED)
