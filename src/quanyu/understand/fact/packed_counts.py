"""Modes among a few numbers without a group per number: counts packed into sums of the people's own group."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

DIGIT = 10
"""Bits of one count; a person with more rows than it can hold is counted the long way."""
WORD = 5
"""Counts in one sum: 50 bits, which a float64 holds exactly and without ever overflowing."""
LIMIT = 1 << DIGIT
MOST = 40
"""Numbers that are worth it; more are grouped."""
PLACE = 6
"""Bits of a number."""


@dataclass(frozen=True)
class PackedCounts:
    """Counts the numbers 0 to n - 1 of a column per person.

    `words` are the sums to take, one per five numbers; `read` makes of them the number with most rows (the
    least on a tie, null without any) and how many different ones there are.
    """

    column: str
    n: int

    def words(self, rows: ir.Table) -> dict[str, ir.Value]:
        """Return the sums to add to the aggregates of a group."""
        number = rows[self.column]
        return {
            self._word(place): ibis.cases(
                *(
                    (number == first + digit, float(LIMIT**digit))
                    for digit in range(min(WORD, self.n - first))
                )
            ).sum()
            for place, first in enumerate(range(0, self.n, WORD))
        }

    def read(self, rows: ir.Table, n_rows: ir.IntegerColumn) -> tuple[ir.Value, ir.Value]:
        """Return the mode and how many different numbers there are; null for who has `LIMIT` rows or more."""
        counts = [self._count(rows, number, n_rows) for number in range(self.n)]
        if not counts:
            return ibis.null("int64"), ibis.literal(0)
        # The count above the number, counted down: the greatest is the largest count and the least number.
        ranked = [count * (1 << PLACE) + (MOST - number) for number, count in enumerate(counts)]
        best = ibis.greatest(*ranked, ranked[0])
        first = MOST - (best & ((1 << PLACE) - 1))
        different = sum(((count > 0).cast("int64") for count in counts[1:]), (counts[0] > 0).cast("int64"))
        return ibis.ifelse(best >= (1 << PLACE), first, ibis.null("int64")), different

    def names(self) -> list[str]:
        """Return the columns that `words` adds."""
        return [self._word(place) for place in range(-(-self.n // WORD))]

    def _word(self, place: int) -> str:
        return f"counts_{self.column}_{place}"

    def _count(self, rows: ir.Table, number: int, n_rows: ir.IntegerColumn) -> ir.IntegerValue:
        word = rows[self._word(number // WORD)].fill_null(0.0)
        exact = ibis.ifelse(n_rows < LIMIT, word, 0.0).cast("int64")
        return (exact >> (DIGIT * (number % WORD))) & (LIMIT - 1)
