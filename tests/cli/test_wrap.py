"""Where lines break."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from quanyu.cli.wrap import GAP, PIECE, widths, wrapped

LETTERS = st.text("abc12,. 订单，（\n", max_size=60)


@given(LETTERS, st.integers(4, 40))
def test_nothing_is_lost_and_no_word_is_cut(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert lines.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")
    pieces = [piece.strip() for piece in PIECE.findall(text)]
    assert [piece.strip() for piece in PIECE.findall(lines)] == pieces


@given(st.lists(st.lists(LETTERS, min_size=2, max_size=2), min_size=1, max_size=4), st.integers(10, 90))
def test_columns_fit_the_room_with_every_word_whole(columns: list[list[str]], room: int) -> None:
    given_room = widths(columns, room)
    if given_room is None:
        return
    assert sum(given_room) + GAP * (len(columns) - 1) <= room
    for column, width in zip(columns, given_room, strict=True):
        assert all(
            cell_len(line.strip()) <= width for cell in column for line in wrapped(cell, width).split("\n")
        )
