"""What the rows of one file leave open together: two that say different things of one key, money without a currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import ibis
import ibis.expr.types as ir

from quanyu.collect.layout import Layout, Target
from quanyu.collect.load.recipe import RECORDS, Build, Reading
from quanyu.collect.merge import Staged
from quanyu.text import Sentence


def doubts_of(
    reading: Reading, staged: Mapping[str, Staged], layout: Layout, currency: str
) -> Iterator[Sentence]:
    """Yield what people must be told of the good rows of a file; `currency` is that of the workspace."""
    for target in layout.targets:
        name = target.table.name
        if target.is_patch or name not in staged:
            continue
        step = _step(staged[name])
        of = f"{name}_of_{step}"  # which step staged a table depends on what is in the file
        rows = partial(_rows, reading.table(step), staged[name], target)
        (told,) = reading.rows(f"doubts_{of}", partial(_look, rows, target, currency))
        (keys,) = reading.rows(f"keys_{of}", partial(_distinct, rows, target.table.key))
        if told["n_rows"] > keys["n"]:
            (said,) = reading.rows(f"said_{of}", partial(_distinct, rows, target.table.schema.names))
            if n := said["n"] - keys["n"]:
                yield Sentence(
                    "{n} rows of {table} say something else than another row of this file with the same {key}: one of each counts",
                    n=n, table=name, key=" + ".join(target.keys),
                )  # fmt: skip
        if told["n_foreign"] and told["n_bare"]:
            yield Sentence(
                "{n} rows of {table} name no currency although others name a foreign one: they count as {currency}",
                n=told["n_bare"], table=name, currency=currency,
            )  # fmt: skip


def lost(n_rows: int) -> Iterator[Sentence]:
    """Yield that rows are taken without an identifier that cannot be read."""
    if n_rows:
        yield Sentence(
            "{n} rows count without an identifier of which letters are lost (�): export the file again in UTF-8",
            n=n_rows,
        )


def _step(staged: Staged) -> str:
    return RECORDS if staged.prefix else staged.paths[0].stem


def _rows(rows: ir.Table, staged: Staged, target: Target) -> ir.Table:
    """Return the good rows of a table under the contract's names."""
    good = [rows[name].isnull() for name in staged.blank if name in rows.columns] + [
        rows[name] for name in staged.true
    ]
    kept = rows.filter(*good) if good else rows
    return kept.select(**{name: kept[f"{staged.prefix}{name}"] for name in target.table.schema.names})


def _look(rows: Build, target: Target, currency: str) -> ir.Table:
    told, nothing, has_currency = rows(), ibis.literal(0), "currency" in target.fields
    return told.aggregate(
        n_rows=told.count(),
        n_foreign=(told.currency != currency).sum() if has_currency else nothing,
        n_bare=told.currency.isnull().sum() if has_currency else nothing,
    )


def _distinct(rows: Build, names: Sequence[str]) -> ir.Table:
    """Return one row: how many different things the rows say in some columns, by a hash of 64 bits."""
    told = rows()
    hashes = told.select(said=ibis.struct({name: told[name] for name in names}).hash()).distinct()
    return hashes.aggregate(n=hashes.count())
