"""What the rows of one file leave open together: two that say different things of one key, money without a currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import ibis
import ibis.expr.types as ir

from quanyu.collect.bring import Staged
from quanyu.collect.layout import Layout, Target
from quanyu.collect.recipe import RECORDS, Reading
from quanyu.text import Sentence


def doubts_of(
    reading: Reading, staged: Mapping[str, Staged], layout: Layout, currency: str
) -> Iterator[Sentence]:
    """Yield what people must be told of the good rows of a file; `currency` is that of the workspace."""
    for target in layout.targets:
        name = target.table.name
        if target.is_patch or name not in staged:
            continue
        look = partial(_look, reading, staged[name], target, currency)
        (told,) = reading.rows(f"doubts_{name}", look)
        if told["n_rows"] > told["n_keys"]:
            (seen,) = reading.rows(f"said_{name}", partial(_said, reading, staged[name], target))
            if n := seen["n_said"] - told["n_keys"]:
                yield Sentence(
                    "{n} rows of {table} say something else than another row of this file with the same {key}: one of each counts",
                    n=n, table=name, key=" + ".join(target.keys),
                )  # fmt: skip
        if told["n_foreign"] and told["n_bare"]:
            yield Sentence(
                "{n} rows of {table} name no currency although others name a foreign one: they count as {currency}",
                n=told["n_bare"], table=name, currency=currency,
            )  # fmt: skip


def _rows(reading: Reading, staged: Staged, target: Target) -> ir.Table:
    """Return the good rows of a table under the contract's names."""
    rows = reading.table(target.table.name if target.is_gathered else RECORDS)
    good = [rows[name].isnull() for name in staged.blank if name in rows.columns] + [
        rows[name] for name in staged.true
    ]
    kept = rows.filter(*good) if good else rows
    return kept.select(**{name: kept[f"{staged.prefix}{name}"] for name in target.table.schema.names})


def _look(reading: Reading, staged: Staged, target: Target, currency: str) -> ir.Table:
    rows = _rows(reading, staged, target)
    nothing, has_currency = ibis.literal(0), "currency" in target.fields
    return rows.aggregate(
        n_rows=rows.count(),
        n_keys=_told(rows, target.table.key).nunique(),
        n_foreign=(rows.currency != currency).sum() if has_currency else nothing,
        n_bare=rows.currency.isnull().sum() if has_currency else nothing,
    )


def _said(reading: Reading, staged: Staged, target: Target) -> ir.Table:
    rows = _rows(reading, staged, target)
    return rows.aggregate(n_said=_told(rows, target.table.schema.names).nunique())


def _told(rows: ir.Table, names: Sequence[str]) -> ir.IntegerValue:
    return ibis.struct({name: rows[name] for name in names}).hash()
