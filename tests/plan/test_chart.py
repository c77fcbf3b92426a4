"""Charts draw what they are given and stay inside their frame."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.plan.chart import Curve, Tile, bars, line, spark, ticks, treemap

VALUES = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=40)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_ticks_cover_the_range(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    slack = 1e-6 * (1 + abs(low) + span)
    assert marks[0] <= low + slack and marks[-1] >= low + span - slack
    assert 1 <= len(marks) <= 8


@given(VALUES)
def test_lines_stay_inside(values) -> None:
    drawn = line(
        Curve([str(at) for at in range(len(values))], values, values, [str(at) for at in values]), str, "t"
    )
    for x, y in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", drawn):
        assert -1 <= float(x) <= 961 and -1 <= float(y) <= 281


def test_gaps_break_the_line() -> None:
    path = re.findall(r'class="line" d="([^"]*)"', line(Curve("abc", [1.0, None, 2.0]), str, "t"))[0]
    assert path.count("M") == 2


def test_the_treemap_gives_area_by_size() -> None:
    tiles = [Tile(size, 0.5, "n", "m", "s") for size in (60, 30, 10)]
    boxes = re.findall(r'width="([\d.]+)" height="([\d.]+)" rx', treemap(tiles, "t").split("narrow")[0])
    areas = [float(width) * float(height) for width, height in boxes]
    assert areas[0] / sum(areas) == pytest.approx(0.6, abs=0.02)


def test_every_tile_of_the_treemap_is_named_in_it_or_below_it() -> None:
    tiles = [Tile(size, 0.5, f"Group {size}", "share", "s") for size in (9000, 900, 90, 9, 1)]
    for drawn in treemap(tiles, "t").split("narrow"):
        assert all(
            f"Group {tile.size}</text>" in drawn or f"<li>Group {tile.size} ·" in drawn for tile in tiles
        )
        assert "<li>" in drawn


def test_text_is_escaped() -> None:
    assert "<b>" not in bars(["<b>"], [("<b>", [1.0])], str, "<b>")
    assert spark([1.0], "one point") == ""
