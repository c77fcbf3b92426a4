"""Modes are what plain Python counts, packed or grouped, for busy people and on both engines."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal

import pyarrow as pa
import pytest

from quanyu.method.scratch import Scratch
from quanyu.understand.fact.mode import Taste, Values, mode, summed_up
from quanyu.understand.fact.packed_counts import LIMIT, MOST
from quanyu.workspace import Workspace

Row = tuple[int, int | None, str | None, Decimal | None]


def draw_rows(seed: int, n: int, people: int, numbers: int) -> list[Row]:
    draw = random.Random(seed)
    return [
        (
            draw.randrange(people), draw.choice([None, *range(numbers)]), draw.choice([None, "茶", "tea", "a", "b"]),
            draw.choice([None, Decimal(draw.randrange(-500, 2000)) / 100]),
        )
        for _ in range(n)
    ]  # fmt: skip


def table(rows: list[Row]) -> pa.Table:
    person, number, word, amount = zip(*rows, strict=True)
    return pa.table(
        {
            "person": pa.array(person, pa.int64()), "number": pa.array(number, pa.int64()),
            "word": pa.array(word, pa.string()), "amount": pa.array(amount, pa.decimal128(18, 2)),
        }
    )  # fmt: skip


def plain(rows: list[Row], place: int, *, is_weighed: bool = False) -> dict[int, tuple[object, int]]:
    """Return {person: (favourite, number of different values)} for the column at `place`."""
    totals: dict[int, dict[object, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        if row[place] is not None:
            totals[row[0]][row[place]] += (row[3] or Decimal(0)) if is_weighed else 1
    return {
        person: (min(cells, key=lambda value: (-cells[value], value)), len(cells))  # type: ignore[index,operator]
        for person, cells in totals.items()
    }


def scan(ws: Workspace, rows: list[Row]):  # type: ignore[no-untyped-def]
    import pyarrow.parquet as pq

    file = ws.path("rows.parquet")
    pq.write_table(table(rows), file)
    return ws.warehouse.scan([file])


@pytest.mark.parametrize("numbers", [24, MOST + 5], ids=["tallied", "grouped"])
def test_favourites_are_what_plain_python_counts(workspace: Workspace, numbers: int) -> None:
    rows = [*draw_rows(1, 900, 30, numbers), *((99, 7 + i % 2, "b", None) for i in range(2 * LIMIT + 1))]
    with Scratch(workspace) as scratch:
        t = scan(workspace, rows)
        words = Values.of(workspace, scratch.keep, t.word)
        tastes = (Taste("number", "best", numbers), Taste.of("word", "best_word", words))
        coded = words.encode(t, "word")
        found = summed_up(workspace, scratch.keep, coded, {"n": coded.count()}, tastes)
        read = workspace.warehouse.read(found).to_pylist()
    wanted, wanted_words = plain(rows, 1), plain(rows, 2)
    assert len(read) == 31
    for row in read:
        assert (row["best"], row["n_number"]) == wanted[row["person"]]
        assert (row["best_word"], row["n_word"]) == wanted_words[row["person"]]
        assert row["n"] == sum(one[0] == row["person"] for one in rows)


def test_weights_are_added_to_the_cent(workspace: Workspace) -> None:
    rows = draw_rows(2, 600, 20, 12)
    t = scan(workspace, rows)
    t = t.mutate(cents=(t.amount.cast("float64") * 100).round())
    found = workspace.warehouse.read(mode(t, "number", 12, "best", "cents")).to_pylist()
    wanted = plain(rows, 1, is_weighed=True)
    assert {row["person"]: (row["best"], row["n_number"]) for row in found} == wanted
