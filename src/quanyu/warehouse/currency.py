"""One currency in a warehouse: amounts of another are refused, and so is a workspace that changes its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from quanyu.errors import CurrencyError
from quanyu.tables import Table, contract
from quanyu.warehouse.extent import extents

if TYPE_CHECKING:
    from quanyu.warehouse.open import Warehouse


def says_only(files: Sequence[Path], usual: str) -> bool:
    """Say, from the footers of Parquet files, whether every row is in one currency or names none."""
    extent = extents(files, ["currency"])["currency"]
    return extent is not None and extent.is_only(usual)


def mixed(promise: Table, rows: ir.Table, usual: str) -> ir.Table:
    """Return n: the rows in another currency that have an amount without a rate or without the original amount."""
    is_foreign = (rows.currency != usual).fill_null(False)
    amounts = [rows[name].notnull() for name in promise.amounts]
    bare = [rows[name].notnull() & rows[f"original_{name}"].isnull() for name in promise.amounts]
    is_mixed = is_foreign & ((rows.fx_rate.isnull() & ibis.or_(*amounts)) | ibis.or_(*bare))
    return rows.aggregate(n=is_mixed.cast("int64").sum())


def refuse_mixed(table: str, n_mixed: int, usual: str) -> None:
    """Raise `CurrencyError` where there are such rows."""
    if n_mixed:
        raise CurrencyError(
            "{n} rows for {table!r} have amounts in another currency than {currency}.",
            "Amounts are in the workspace's currency, with fx_rate and the original amounts beside; leave them empty "
            "where no rate is known.",
            n=n_mixed,
            table=table,
            currency=usual,
        )


def refuse_other(about: Mapping[str, Any], currency: str) -> None:
    """Raise `CurrencyError` where a table was written in another currency; `about` is what its newest version says."""
    kept = about.get("currency", currency)
    if kept != currency:
        raise CurrencyError(
            "The money in this workspace is in {kept}, but its currency is set to {currency}.",
            'Set currency = "{kept}" again in quanyu.toml, or make another workspace and load the files there.',
            kept=kept,
            currency=currency,
        )


def refuse_files(warehouse: Warehouse, name: str, files: Sequence[Path]) -> None:
    """Refuse rows that would add up with money of another currency; their files go."""
    promise = contract(name)
    if not promise.amounts or says_only(files, warehouse.currency):
        return
    counted = warehouse.read(mixed(promise, warehouse.scan(files), warehouse.currency))
    try:
        refuse_mixed(name, counted.column(0)[0].as_py(), warehouse.currency)
    except CurrencyError:
        for file in files:
            file.unlink(missing_ok=True)
        raise
