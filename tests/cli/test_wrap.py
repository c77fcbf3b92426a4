"""Where lines break."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from typer.testing import CliRunner

from quanyu.cli.commands import COMMANDS, commands
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


WORD = re.compile(r"[\w.:/=<>-]+", re.ASCII)


def helped(words: list[str], width: int) -> str:
    told = CliRunner().invoke(commands(), [*words, "--help"], terminal_width=width)
    assert told.exit_code == 0, told.output
    return told.output


def test_chinese_help_breaks_no_word_and_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_LANGUAGE", "zh")
    for words in ([], *([command.name] for command in COMMANDS), ["people", "split"]):
        narrow, wide = helped(words, 60), helped(words, 400)
        assert max(cell_len(line) for line in narrow.splitlines()) <= 60, words
        assert WORD.findall(narrow) == WORD.findall(wide)
        assert not re.search(r"\n\s*[，。；：、）]", narrow), "no line begins with a sign that closes another"
        assert "Show this message" not in narrow
