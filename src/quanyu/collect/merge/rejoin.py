"""Join what continues an order in another file to the order, whichever of the two comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.collect.money import as_told, in_currency
from quanyu.collect.record import filled
from quanyu.tables import SALES, contract
from quanyu.workspace import Workspace

Row = Mapping[str, Any]
NAME = "continuations"
OWN = ("own_gross_amount", "own_items", "own_lines")
SAID = ("item_id", "n_items", "unit_price_amount")
_PLUS = {"gross": "more_gross_amount", "items": "more_items"}


@dataclass(frozen=True)
class Joined:
    """An order with the rows that continue it: what its own lines sum up to, the sums with all, and rows not needed."""

    order: Row
    own: tuple[Any, Any, int]
    parts: Sequence[Row]
    dropped: Sequence[Row] = ()
    now: tuple[Any, Any, int] | None = None

    @property
    def is_settled(self) -> bool:
        """Say whether the tables have all of it already."""
        last = max((line["line_no"] for line in self.lines()), default=self.own[2])
        is_known = all(part["own_lines"] is not None for part in self.parts)
        return is_known and not self.dropped and self.now == (*self.sums, last)

    @property
    def sums(self) -> tuple[Any, Any]:
        """Gross and pieces of the order with all that continues it."""
        return _plus(self.own, self.parts)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the lines to add, numbered on unless the files number them through."""
        own = self.own[2]
        is_running = any(part["line_no"] <= own for part in self.parts)
        for place, part in enumerate(self.parts, start=own + 1):
            line = {each: part[each] for each in contract("order_lines").schema.names if each in part}
            yield line | _key(self.order) | {"line_no": place if is_running else part["line_no"]}


def store(ws: Workspace, rows: ir.Table, file: Path, sha256: str) -> None:
    """Keep the lines of a file that continue orders of other files, in place of those that it had before."""
    told = rows.mutate(file=ibis.literal(file.name), file_hash=ibis.literal(sha256))
    ws.warehouse.merge(NAME, told.select(contract(NAME).schema.names), by="collect")


def forget(ws: Workspace, hashes: Sequence[str], work: Path) -> None:
    """Take what files that are read again continued out of its orders."""
    if not _there(ws):
        return
    away = [each for each in _found(ws, lambda row: row["file_hash"] not in hashes) if each.dropped]
    _write(ws, away, work / "forgotten")
    ws.warehouse.delete(NAME, lambda rows: rows.file_hash.isin(list(hashes)), by="collect")


def join(ws: Workspace, work: Path) -> None:
    """Let every order that is known have the lines and the sums of all files that continue it.

    Done again it changes nothing. An order that another file tells anew with other lines of its own has all of them.
    """
    if _there(ws):
        unsettled = [each for each in _found(ws, lambda _: True) if not each.is_settled]
        _write(ws, unsettled, work / "rejoined")


def waiting_lines(ws: Workspace) -> dict[str, int]:
    """Return how many rows of each file wait for the order that they continue."""
    if not _there(ws):
        return {}
    rows = ws.warehouse.table(NAME)
    lack = rows.filter(rows.own_lines.isnull()).group_by("file").aggregate(n=ibis._.count()).order_by("file")
    return {row["file"]: row["n"] for row in ws.warehouse.read(lack).to_pylist()}


def _there(ws: Workspace) -> bool:
    return ws.warehouse.count(NAME) > 0


def _key(row: Row) -> dict[str, Any]:
    return {"source": row["source"], "order_id": row["_id"]}


def _plus(own: Sequence[Any], parts: Sequence[Row]) -> tuple[Any, Any]:
    """Return own gross and pieces with those of the parts; what is not known on either side stays unknown."""
    return tuple(
        None if start is None and not any(each[name] for each in parts)
        else (start or 0) + sum(each[name] or 0 for each in parts)
        for start, name in zip(own, _PLUS.values(), strict=False)
    )  # type: ignore[return-value]  # fmt: skip


def _found(ws: Workspace, stays: Callable[[Row], bool]) -> Iterator[Joined]:
    """Yield the orders that are known and have rows that continue them."""
    rows = ws.warehouse.read(
        _beside(ws).order_by("source", "_id", "file", "file_hash", "line_no")
    ).to_pylist()
    told = _lines(ws, rows)
    for key, group in groupby(rows, key=lambda row: (row["source"], row["_id"])):
        parts, twins = _once(list(group))
        joined = _judged(parts, told.get(key, []))
        kept = [part for part in joined.parts if stays(part)]
        gone = [part for part in joined.parts if not stays(part)]
        yield replace(joined, parts=kept, dropped=[*joined.dropped, *twins, *gone])


def _once(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Part rows from those that another export of the same part says too."""
    said: dict[object, list[Row]] = {}
    twins: list[Row] = []
    files = [list(group) for _, group in groupby(rows, key=lambda row: row["file_hash"])]
    for file in sorted(files, key=lambda file: file[0]["own_lines"] is None):
        content = tuple(tuple(row[name] for name in ("line_no", *SAID)) for row in file)
        if content in said:
            twins += file
        else:
            said[content] = file
    return [row for file in said.values() for row in file], twins


def _judged(parts: list[Row], lines: list[Row]) -> Joined:
    """Say what the order's own lines are, and which rows still continue it."""
    order = parts[0]
    now = (order["_gross"], order["_items"], max((line["line_no"] for line in lines), default=0))
    joined = [part for part in parts if part["own_lines"] is not None]
    if not joined:
        return Joined(order, now, (), parts) if _is_told(order, parts, lines) else Joined(order, now, parts)
    own = tuple(joined[0][name] for name in OWN)
    if now[:2] in (own[:2], _plus(own, joined), _plus(own, parts)):
        return Joined(order, own, parts, (), now)
    return Joined(order, now, [part for part in parts if part["own_lines"] is None], joined)


def _is_told(order: Row, parts: list[Row], lines: list[Row]) -> bool:
    """Say whether the order has these lines already: each is among its own, and its sum makes up what was paid."""
    has, more = (Counter(tuple(row[name] for name in SAID) for row in rows) for rows in (lines, parts))
    if more - has:
        return False
    added = sum(part["more_gross_amount"] or 0 for part in parts)
    paid, gross, shipping, off = (
        order[f"_{name}"] or 0 for name in ("paid", "gross", "shipping", "discount")
    )
    # Taxes may come on top of the lines, but not half of what these would add.
    return 2 * (paid - (gross + shipping - off)) < added or not added


def _beside(ws: Workspace) -> ir.Table:
    """Return the rows that continue a known order, with its id and what it says of its sums."""
    rows, orders = ws.warehouse.table(NAME), as_told(contract("orders"), ws.warehouse.table("orders"))
    told = orders.select(
        _source="source", _id="order_id", _name="order_name", _at="ordered_at", _gross="gross_amount", _items="n_items",
        _paid="paid_amount", _shipping="shipping_amount", _discount="discount_amount",
    )  # fmt: skip
    by_id = rows.inner_join(told, [rows.source == told["_source"], rows.order_id == told["_id"]])
    rest = rows.anti_join(by_id, ["source", "order_id", "file_hash"])
    same = [rest.source == told["_source"], rest.order_name == told["_name"]]
    named = rest.inner_join(told, same)
    named = named.filter((named.ordered_at == named["_at"]).fill_null(True))
    n_ids = named["_id"].nunique().over(ibis.window(group_by=["source", "order_id"]))
    sure = named.mutate(_n=n_ids).filter(lambda t: t["_n"] == 1).drop("_n")
    return by_id.union(sure.select(by_id.columns))


def _lines(ws: Workspace, rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Return the lines that the table has of the orders, by order."""
    if not rows:
        return {}
    lines = as_told(contract("order_lines"), ws.warehouse.table("order_lines"))
    wanted = _orders(rows)
    same = [lines.source == wanted.source, lines.order_id == wanted.order_id]
    read = ws.warehouse.read(
        lines.semi_join(wanted, same).order_by("source", "order_id", "line_no")
    ).to_pylist()
    return {
        key: list(group) for key, group in groupby(read, key=lambda row: (row["source"], row["order_id"]))
    }


def _orders(rows: Sequence[Row]) -> ir.Table:
    keys = {(row["source"], row["_id"]) for row in rows}
    return ibis.memtable(pa.table({"source": [k[0] for k in keys], "order_id": [k[1] for k in keys]}))


def _write(ws: Workspace, joined: Sequence[Joined], work: Path) -> None:
    """Write what the orders' own lines are before their sums, so that an interrupted work is found and ended."""
    if not joined:
        return
    _record(ws, [each for each in joined if all(part["own_lines"] is None for part in each.parts)])
    _write_orders(ws, joined, work)
    _write_lines(ws, joined, work)
    _record(ws, joined)


def _record(ws: Workspace, joined: Sequence[Joined]) -> None:
    table = contract(NAME)
    kept = [
        {name: part[name] for name in table.schema.names} | dict(zip(OWN, each.own, strict=True))
        for each in joined
        for part in each.parts
    ]
    gone = [{name: part[name] for name in table.key} for each in joined for part in each.dropped]
    schema = table.schema.to_pyarrow()
    away = ibis.memtable(
        pa.Table.from_pylist(gone, schema=pa.schema([schema.field(key) for key in table.key]))
    )
    ws.warehouse.merge(
        NAME, pa.Table.from_pylist(kept, schema=schema), by="collect", gone=away if gone else None
    )


def _write_orders(ws: Workspace, joined: Sequence[Joined], work: Path) -> None:
    table = contract("orders")
    said = [_key(each.order) | dict(zip(("_gross", "_items"), each.sums, strict=True)) for each in joined]
    types = {
        "source": "string",
        "order_id": "string",
        "_gross": table["gross_amount"].type,
        "_items": "int64",
    }
    sums = ibis.memtable(pa.Table.from_pylist(said, schema=ibis.schema(types).to_pyarrow()))
    rows = as_told(table, ws.warehouse.table("orders"))
    both = rows.inner_join(sums, ["source", "order_id"])
    # A discount that followed from the sum follows from it again.
    off = (both.gross_amount + both.shipping_amount.fill_null(0) - both.paid_amount).cast("decimal(18, 2)")
    derived = both.status.isin(SALES) & (
        both.discount_amount == ibis.greatest(off, ibis.literal(0).cast(off.type()))
    )
    cells = {name: both[name] for name in table.schema.names} | {
        "gross_amount": both["_gross"],
        "n_items": both["_items"],
    }
    cells["discount_amount"] = derived.fill_null(False).ifelse(ibis.null(off.type()), both.discount_amount)
    whole = in_currency(ws, table, both.select(**filled(table, cells, {})))
    written = ws.warehouse.scan(ws.warehouse.engine.write(whole, work / "orders"))
    ws.warehouse.merge("orders", written, by="collect")


def _write_lines(ws: Workspace, joined: Sequence[Joined], work: Path) -> None:
    table = contract("order_lines")
    more = pa.Table.from_pylist(
        [line for each in joined for line in each.lines()], schema=table.schema.to_pyarrow()
    )
    owned = [_key(each.order) | {"_own": each.own[2]} for each in joined]
    types = {"source": "string", "order_id": "string", "_own": "int64"}
    own = ibis.memtable(pa.Table.from_pylist(owned, schema=ibis.schema(types).to_pyarrow()))
    lines = ibis.memtable(more)
    known = ws.warehouse.table("order_lines")
    after = known.inner_join(own, ["source", "order_id"])
    gone = after.filter(after.line_no > after["_own"]).anti_join(lines, list(table.key)).select(table.key)
    whole = in_currency(ws, table, lines)
    written = ws.warehouse.scan(ws.warehouse.engine.write(whole, work / "lines"))
    ws.warehouse.merge("order_lines", written, by="collect", gone=gone)
