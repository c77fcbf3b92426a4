"""A flow as boxes and lines: all that is in it is drawn once, as text, and lines join where people do."""

from __future__ import annotations

import re

from quanyu.web.parts.flow import Box, Way, breadth, flow

LEAVES = Box("2.then.1", "Leave", is_end=True)
FORK = Box(
    "2", "Wait for", ways=[Way("In time", [LEAVES], "6"), Way("Otherwise", [Box("2.else.1", "Send")], "9")]
)


def test_every_box_and_way_is_drawn_in_its_order() -> None:
    drawn = flow(
        [Box("", "Begins"), Box("1", "Wait", "1 day", n="15"), FORK, Box("3", "Send"), Box("", "Through")],
        "Flow",
    )
    shown = re.findall(r">([^<>]+)<", drawn)
    assert shown == [
        "Begins", "1", "Wait", "1 day", "15", "2", "Wait for", "In time", "6", "2.then.1", "Leave", "Otherwise", "9",
        "2.else.1", "Send", "3", "Send", "Through",
    ]  # fmt: skip
    assert drawn.count("<li") == drawn.count("</li>") == 9


def test_text_from_outside_stays_text_and_contacts_are_masked() -> None:
    bad = "<img src=x onerror=alert(1)> 13912345678"
    drawn = flow([Box("1", bad, bad, marks=[("note", bad)], ways=[Way(bad, [Box("1.1", bad)])])], bad)
    assert "<img" not in drawn
    assert "13912345678" not in drawn


def test_nobody_goes_on_below_ways_that_all_end() -> None:
    ends = Box("1", "Branch", ways=[Way("a", [LEAVES]), Way("b", [LEAVES])])
    assert ends.is_over
    assert not FORK.is_over
    assert not Box("1", "Branch", ways=[Way("a", [LEAVES]), Way("b")]).is_over
    assert flow([ends], "x").count("flow-bar") == 1
    assert flow([FORK], "x").count("flow-bar") == 2


def test_lines_reach_from_the_way_that_goes_on_to_the_middle() -> None:
    """Of two ways the first ends: only the second comes back to the middle."""
    across, back = re.findall(r"margin-left:([\d.]+)%;margin-right:([\d.]+)%", flow([FORK], "x"))
    assert across == ("25", "25")
    assert back == ("50", "25")


def test_ways_have_room_for_those_inside() -> None:
    nested = Box("1", "Split", ways=[Way("a", [FORK]), Way("b", []), Way("c", [Box("1.c.1", "Wait"), FORK])])
    assert breadth([Box("", "Begins"), nested]) == 5
    assert "min-width:690px" in flow([nested], "x")
    assert re.findall(r"flex-grow:(\d)", flow([nested], "x")) == ["2", "1", "1", "1", "2", "1", "1"]
