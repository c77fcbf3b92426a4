"""A record is cut as one would by hand, mark by mark, however its quotes stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.collect.text.cell import _loose


def by_hand(text: str, delimiter: str, escape: str) -> list[str] | None:
    cells, at = [], 0
    while True:
        begin = len(text) - len(text[at:].lstrip(" "))
        if text[begin : begin + 1] != '"':
            cell, found, _ = text[at:].partition(delimiter)
            cells.append(cell)
            if not found:
                return cells
            at += len(cell) + 1
            continue
        cell, at = "", begin + 1
        while True:
            if at >= len(text):
                return None
            rest = text[at + 1 :].lstrip(" ")
            if escape and text.startswith(escape + '"', at):
                cell, at = cell + '"', at + 2
            elif text[at] != '"':
                cell, at = cell + text[at], at + 1
            elif text.startswith('""', at):
                cell, at = cell + '"', at + 2
            elif not rest:
                return [*cells, cell]
            elif rest.startswith(delimiter):
                cells.append(cell)
                at = len(text) - len(rest) + 1
                break
            else:
                cell, at = cell + '"', at + 1


PIECES = ('"', '"', '"a', '\\"', '""', '",', ",", ";", " ", "a", "\\", "\n")


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.sampled_from(",;"),
    st.sampled_from(["", "\\"]),
)
def test_cells_are_those_cut_by_hand(text: str, delimiter: str, escape: str) -> None:
    assert _loose(text, delimiter, escape) == by_hand(text, delimiter, escape)


@pytest.mark.parametrize("text", ['"open', '"a\\"'])
def test_what_does_not_close_is_none(text: str) -> None:
    assert _loose(text, ",", "\\") is None
