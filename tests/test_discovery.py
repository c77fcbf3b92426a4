"""What rooms declare is found in them, whole: steps, pages, channels, records of the ledger and settings."""

from __future__ import annotations

from graphlib import CycleError
from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy as sa

import quanyu
from quanyu.act.channel.channel import channels
from quanyu.discovery import declared, declaring
from quanyu.ledger.store.schema import METADATA
from quanyu.loop import LOADED, STAGES, STEPS, in_order, lineage
from quanyu.part.step import Step
from quanyu.settings.all import sections
from quanyu.tables import CONTRACTS
from quanyu.web.page import pages

SOURCE = Path(quanyu.__file__).parent


def lines_of(begin: str) -> list[str]:
    """Return the files of the source that have a line with such a beginning."""
    return [
        str(file.relative_to(SOURCE))
        for stage in (*STAGES, "web")
        for file in (SOURCE / stage).rglob("*.py")
        if any(line.startswith(begin) for line in file.read_text("utf-8").splitlines())
    ]


def test_every_step_page_and_channel_of_the_source_is_found() -> None:
    assert len(STEPS) == len(lines_of("STEP = ")) > 20
    assert len(pages()) == len([*lines_of("PAGE = "), *lines_of("PAGE: ")]) > 5
    assert len(channels()) == len([*lines_of("CHANNEL = "), *lines_of("CHANNEL: ")]) > 1


BESIDE = ("messages",)
"""Written where a campaign is launched, by no step."""


def test_every_table_is_written_by_the_load_or_by_steps_of_the_stage_that_owns_it() -> None:
    for name, around in lineage().items():
        stages = {step.do.__module__.split(".")[1] for step in STEPS if name in step.writes}
        assert stages <= {CONTRACTS[name].owner}, name
        assert name not in LOADED or around["written_by"] == ["load"]
        assert stages or name in (*LOADED, *BESIDE) or not around["read_by"], name


def test_a_new_ledger_has_the_tables_of_every_record_and_no_others(make_workspace) -> None:
    ws = make_workspace()
    with ws.ledger.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
    assert there - {"alembic_version"} == set(METADATA.tables)


def test_settings_of_rooms_are_sections_with_names_of_their_own() -> None:
    stated = [line for file in SOURCE.glob("*/settings.py") for line in file.read_text("utf-8").splitlines()]
    names = [section.section for section in sections()]
    assert len(names) == len(set(names)) == sum("(Section" in line for line in stated) > 5


def step(name: str, reads: str = "", writes: str = "", *, may_stop: bool = False) -> Step:
    made = Step(
        name, name, tuple(reads.split()), tuple(writes.split()), lambda _ws, _day: None, may_stop=may_stop
    )
    made.do.__module__ = "quanyu.collect.made"
    return made


def test_steps_come_after_what_they_read_in_whatever_order_they_are_found() -> None:
    steps = [step("a", "y", "z"), step("b", "x", "y"), step("c", "", "x"), step("d", "", "w", may_stop=True)]
    orders = {tuple(one.name for one in in_order(drawn)) for drawn in permutations(steps)}
    assert orders == {("d", "c", "b", "a")}


def test_steps_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(CycleError):
        in_order([step("a", "y", "x"), step("b", "x", "y")])


def test_only_modules_with_the_line_are_imported() -> None:
    assert [module.__name__ for module in declaring("STEP = ", "understand/rfm")] == [
        "quanyu.understand.rfm.rfm"
    ]
    assert declared("NOTHING", *STAGES) == []


def test_no_step_reads_a_table_that_does_not_exist() -> None:
    assert {name for one in STEPS for name in (*one.reads, *one.writes)} <= set(CONTRACTS)
    assert all(isinstance(one.label, str) and one.label for one in STEPS)
