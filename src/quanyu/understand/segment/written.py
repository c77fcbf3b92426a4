"""What a turn writes of segments: members, who came and who went, and how large each is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.ledger import Segment
from quanyu.method.scratch import Keep
from quanyu.rule import Answers
from quanyu.tables import contract
from quanyu.workspace import Workspace

MOST_MERGES = 3
"""How often somebody may have been merged between two turns for their memberships to go along."""
KEY = ("segment_id", "person_id")


@dataclass(frozen=True)
class Turn:
    """One turn's results: who is in which segment now (`now`) and was before (`was`), over the same segments.

    `good` segments were worked out; the others in `now` keep the members they had. Of segments that are in neither the
    members go, where somebody `is_dropped`.
    """

    ws: Workspace
    as_of: dt.date
    at: dt.datetime
    keep: Keep
    good: tuple[Segment, ...]
    now: Answers
    was: Answers
    is_dropped: bool

    @property
    def names(self) -> list[str]:
        """The segments that were worked out."""
        return [segment.segment_id for segment in self.good]

    def write(self, about: Mapping[str, Any]) -> Mapping[str, int]:
        """Write members, changes and sizes; return how many each segment holds."""
        warehouse = self.ws.warehouse
        come, gone = self._moves()
        come = self.keep(self._with_past(come, gone))
        # Who was in a segment that was dropped, or was merged into somebody else, has not left by the rule.
        left = gone.filter(gone.segment_id.isin(self.names)).semi_join(warehouse.table("people"), "person_id")
        new = come.filter(come.entered_at.isnull())
        changes = ibis.union(
            new.select(*KEY, change=ibis.literal("entered")), left.select(*KEY, change=ibis.literal("left"))
        )
        changes = changes.mutate(changed_at=ibis.literal(self.ws.now()), as_of=ibis.literal(self.as_of))
        entered = come.mutate(
            entered_at=come.entered_at.coalesce(ibis.literal(self.at)),
            as_of=come.as_of.coalesce(ibis.literal(self.as_of)),
        )
        self._write_members(entered, gone, about)
        if self._some(come) or self._some(gone):
            warehouse.append("segment_changes", changes, by="understand")
        sizes = self._sizes()
        warehouse.merge(
            "segment_sizes", pa.Table.from_pylist(sizes, _schema("segment_sizes")), by="understand"
        )
        return {row["segment_id"]: row["n_people"] for row in sizes}

    def _moves(self) -> tuple[ir.Table, ir.Table]:
        """Return the memberships (segment_id, person_id) that came, and those that went."""
        now, was = self.now.table, self.was.table
        olds = {name: f"old_{n}" for n, name in enumerate(self.now.cells)}
        renamed = was.select("person_id", **{olds[name]: was[cell] for name, cell in self.was.cells.items()})
        both = now.left_join(renamed, "person_id")
        news = {name: both[cell] for name, cell in self.now.cells.items()}
        never = ibis.literal(False)
        stood = {
            name: both[olds[name]].fill_null(False) if name in self.was.cells else never for name in news
        }
        differs = [news[name] != stood[name] for name in news]
        if not differs:
            nobody = now.select("person_id", segment_id=ibis.literal("")).filter(ibis.literal(False))
            return nobody, nobody
        cells = {f"n{n}": news[name] for n, name in enumerate(news)} | {
            f"w{n}": stood[name] for n, name in enumerate(news)
        }
        changed = self.keep(both.filter(ibis.or_(*differs)).select("person_id", **cells))
        merged = was.anti_join(now, "person_id")
        come = _long(changed, {name: changed[f"n{n}"] & ~changed[f"w{n}"] for n, name in enumerate(news)})
        gone = _long(changed, {name: changed[f"w{n}"] & ~changed[f"n{n}"] for n, name in enumerate(news)})
        lost = _long(merged, {name: merged[cell] for name, cell in self.was.cells.items()})
        return come, self.keep(gone.union(lost.select(gone.columns)))

    def _with_past(self, come: ir.Table, gone: ir.Table) -> ir.Table:
        """Add `entered_at` and `as_of` of who was merged into somebody who comes: a membership moves with its person, it is not new."""
        warehouse, schema = self.ws.warehouse, contract("segment_members").schema
        moved = self.keep(gone.anti_join(warehouse.table("people"), "person_id"))
        if not self._some(moved):
            return come.mutate(**{name: ibis.null(schema[name]) for name in ("entered_at", "as_of")})
        moved = self.keep(warehouse.table("segment_members").semi_join(moved, KEY))
        log = warehouse.table("identity_log")
        merges = log.filter(log.action == "merge").group_by("person_id")
        latest = self.keep(merges.agg(into=log.other_id.argmax(log.decided_at)))
        for _ in range(MOST_MERGES):  # whoever somebody was merged into may have been merged again
            on = moved.left_join(latest, "person_id")
            moved = self.keep(
                on.select("segment_id", "entered_at", "as_of", person_id=on["into"].coalesce(on.person_id))
            )
        first = moved.group_by(KEY).agg(entered_at=moved.entered_at.min(), as_of=moved.as_of.min())
        both = come.left_join(first, KEY)
        return both.select(*KEY, "entered_at", "as_of")

    def _write_members(self, entered: ir.Table, gone: ir.Table, about: Mapping[str, Any]) -> None:
        """Write who stays, with the day they entered on, and who came; nothing is written where nobody came or went."""
        warehouse = self.ws.warehouse
        if self.is_dropped or self._some(gone):
            before = warehouse.table("segment_members")
            stays = before.filter(before.segment_id.isin([*self.now.cells])).anti_join(gone, KEY)
            rows = stays.union(entered.select(*stays.columns).cast(stays.schema()))
            warehouse.replace("segment_members", rows, by="understand", about=about)
            return
        if self._some(entered) or not warehouse.exists("segment_members"):
            warehouse.append("segment_members", entered, by="understand")
        warehouse.confirm("segment_members", about)

    def _sizes(self) -> list[dict[str, Any]]:
        """Return how large each segment is, and how many came and went on the day."""
        warehouse = self.ws.warehouse
        changes = warehouse.table("segment_changes")
        today = (
            changes.filter(changes.as_of == self.as_of).group_by("segment_id", "change").agg(n=ibis._.count())
        )
        moved = {(row["segment_id"], row["change"]): row["n"] for row in warehouse.read(today).to_pylist()}
        cells = {f"n_{n}": self.now.table[self.now.cells[name]] for n, name in enumerate(self.names)}
        held = (
            self.now.table.aggregate(**{name: cell.sum() for name, cell in cells.items()}) if cells else None
        )
        (row,) = warehouse.read(held).to_pylist() if held is not None else ({},)
        return [
            {
                "segment_id": segment.segment_id,
                "as_of": self.as_of,
                "version": segment.version,
                "n_people": row[f"n_{n}"] or 0,
                "n_entered": moved.get((segment.segment_id, "entered"), 0),
                "n_left": moved.get((segment.segment_id, "left"), 0),
            }
            for n, segment in enumerate(self.good)
        ]

    def _some(self, rows: ir.Table) -> bool:
        return bool(self.ws.warehouse.read(rows.limit(1)).num_rows)


def stood(ws: Workspace, names: Iterable[str]) -> Answers:
    """Return who is in some segments as the table of members has it."""
    rows, cells = ws.warehouse.table("segment_members"), {name: f"was_{n}" for n, name in enumerate(names)}
    held = rows.group_by("person_id").agg(
        **{cell: (rows.segment_id == name).any() for name, cell in cells.items()}
    )
    return Answers(held, cells)


def _long(rows: ir.Table, claims: Mapping[str, ir.BooleanValue]) -> ir.Table:
    """Return segment_id and person_id for each claim that holds; the rows of a person lie together."""
    if not claims:
        return rows.select("person_id", segment_id=ibis.literal("")).filter(ibis.literal(False))
    names = [ibis.ifelse(claim, ibis.literal(name), ibis.null("string")) for name, claim in claims.items()]
    listed = rows.select("person_id", segment_id=ibis.array(names).unnest())
    return listed.filter(listed.segment_id.notnull())


def _schema(name: str) -> pa.Schema:
    return pa.schema(contract(name).schema.to_pyarrow())
