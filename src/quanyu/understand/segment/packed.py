"""Everybody's answers to all segments in a few words of 64 bits: compared, kept and read in a fraction of the time of the answers."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.rule import Answers

BITS = 60
"""Answers in a word."""


@dataclass(frozen=True)
class Packed:
    """A table of person_id and `word_N`, in which the bits are who is in which of the segments, in their order."""

    table: ir.Table
    names: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """The columns of bits."""
        return [f"word_{n}" for n in range(-(-len(self.names) // BITS))]

    def of(self, names: tuple[str, ...]) -> Packed:
        """Return the answers to some segments in this order; nobody is in one that is not answered."""
        return self if names == self.names else packed(self.answers, names)

    @property
    def answers(self) -> Answers:
        """The answers, a column each."""
        cells = {name: f"is_{n}" for n, name in enumerate(self.names)}
        told = {
            cell: is_set(self.table[f"word_{n // BITS}"], n % BITS) for n, cell in enumerate(cells.values())
        }
        return Answers(self.table.select("person_id", **told), cells)


def packed(answers: Answers, names: Iterable[str]) -> Packed:
    """Return the answers to some segments in this order; nobody is in one that is not answered."""
    table, order = answers.table, tuple(names)
    words: Mapping[str, ir.Value] = {
        f"word_{at // BITS}": functools.reduce(
            operator.add,
            (
                ibis.ifelse(
                    table[answers.cells[name]], ibis.literal(1 << bit, "int64"), ibis.literal(0, "int64")
                )
                for bit, name in enumerate(order[at : at + BITS])
                if name in answers.cells
            ),
            ibis.literal(0, "int64"),
        )
        for at in range(0, len(order), BITS)
    }
    return Packed(table.select("person_id", **words), order)


def is_set(word: ir.Value, bit: int) -> ir.BooleanValue:
    """Say whether a bit of a word is set."""
    held: ir.BooleanValue = (word & ibis.literal(1 << bit, "int64")) != 0
    return held
