"""What docs/explanation/journeys.md names is what there is: reasons, steps, outcomes, fields."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from quanyu.act.journey.document import Plan
from quanyu.act.journey.entry import LEFT, REFUSALS
from quanyu.act.journey.step import kinds

ROOT = Path(__file__).parents[2] / "docs"
PAGE = (ROOT / "explanation" / "journeys.md").read_text("utf-8")
GUIDE = (ROOT / "how-to" / "build-a-journey.md").read_text("utf-8")


def table(head: str) -> list[str]:
    """Return the first words of the rows of a table."""
    rows = PAGE.split(f"| {head} |")[1].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)`", rows, re.MULTILINE)


def test_every_reason_and_every_step_stands_in_its_table() -> None:
    assert table("reason") == list(REFUSALS)
    assert sorted(table("step")) == sorted(kinds())
    assert [name for name in LEFT if f"`{name}`" not in PAGE] == []


def test_every_field_of_a_journey_is_told() -> None:
    told = {*re.findall(r"`(\w+)`", PAGE + GUIDE), *re.findall(r"^(\w+):", GUIDE, re.MULTILINE)}
    own = {one.name for one in fields(Plan)} - {"nodes"}
    assert sorted(own - told) == []
