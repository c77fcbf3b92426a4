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
from quanyu.method.scratch import Scratch
from quanyu.rule import Answers
from quanyu.tables import contract
from quanyu.understand.segment.packed import BITS, Packed, is_set
from quanyu.workspace import Workspace

MOST_MERGES = 3
"""How often somebody may have been merged between two turns for their memberships to go along."""
KEY = ("segment_id", "person_id")
NEITHER = ibis.null("int16")


@dataclass(frozen=True)
class Turn:
    """One turn's results: who is in which segment now (`now`) and was before (`was`), over the same segments.

    `good` segments were worked out; the others in `now` keep the members they had. Of segments that are in neither the
    members go, where somebody `is_dropped`.
    """

    ws: Workspace
    as_of: dt.date
    at: dt.datetime
    scratch: Scratch
    good: tuple[Segment, ...]
    now: Packed
    was: Packed
    is_dropped: bool

    @property
    def names(self) -> list[str]:
        """The segments that were worked out."""
        return [segment.segment_id for segment in self.good]

    def write(self, about: Mapping[str, Any]) -> Mapping[str, int]:
        """Write members, changes and sizes; return how many each segment holds."""
        warehouse = self.ws.warehouse
        come, gone = self._moves()
        come = self.scratch.keep(self._with_past(come, gone))
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
        news, olds = self.now.table, self.was.table
        both = news.outer_join(olds.rename("old_{name}"), news.person_id == olds.person_id)
        words = {name: both[name].fill_null(0) for name in self.now.words}
        stood = {f"old_{name}": both[f"old_{name}"].fill_null(0) for name in words}
        person = both.person_id.coalesce(both.old_person_id)
        differs = [word != stood[f"old_{name}"] for name, word in words.items()]
        changed = both.filter(ibis.or_(*differs)).select(person_id=person, **words, **stood)
        codes = [_code(changed, place) for place in range(len(self.now.names))]
        moves = changed.select("person_id", code=ibis.array([*codes, NEITHER]).unnest())
        moves = moves.filter(moves.code.notnull())
        moves = moves.mutate(is_new=moves.code > 0, code=moves.code.abs().cast("int16"))
        places = pa.array(range(1, len(self.now.names) + 1), pa.int16())
        names = pa.table({"code": places, "segment_id": pa.array(self.now.names, pa.string())})
        moves = moves.inner_join(self.scratch.known(names), "code")
        moves = self.scratch.keep(moves.select(*KEY, "is_new"))
        return moves.filter(moves.is_new).select(*KEY), moves.filter(~moves.is_new).select(*KEY)

    def _with_past(self, come: ir.Table, gone: ir.Table) -> ir.Table:
        """Add `entered_at` and `as_of` of who was merged into somebody who comes: memberships move with their person."""
        warehouse, schema = self.ws.warehouse, contract("segment_members").schema
        moved = self.scratch.keep(gone.anti_join(warehouse.table("people"), "person_id"))
        if not self._some(moved):
            return come.mutate(**{name: ibis.null(schema[name]) for name in ("entered_at", "as_of")})
        moved = self.scratch.keep(warehouse.table("segment_members").semi_join(moved, KEY))
        log = warehouse.table("identity_log")
        merges = log.filter(log.action == "merge").group_by("person_id")
        latest = self.scratch.keep(merges.agg(into=log.other_id.argmax(log.decided_at)))
        for _ in range(MOST_MERGES):  # whoever somebody was merged into may have been merged again
            on = moved.left_join(latest, "person_id")
            moved = self.scratch.keep(
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
            stays = before.filter(before.segment_id.isin(self.now.names)).anti_join(gone, KEY)
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
        now = self.now.answers
        cells = {f"n_{n}": now.table[now.cells[name]].sum() for n, name in enumerate(self.names)}
        held = now.table.aggregate(**cells) if cells else None
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


def _code(changed: ir.Table, place: int) -> ir.IntegerValue:
    """Return the number of a segment, from 1, that somebody came into, less than 0 of one that they left, null of others."""
    word, bit = f"word_{place // BITS}", place % BITS
    is_in, was_in = is_set(changed[word], bit), is_set(changed[f"old_{word}"], bit)
    moved = ibis.ifelse(is_in, ibis.literal(place + 1, "int16"), ibis.literal(-place - 1, "int16"))
    return ibis.ifelse(is_in != was_in, moved, NEITHER)


def _schema(name: str) -> pa.Schema:
    return pa.schema(contract(name).schema.to_pyarrow())
