"""The schedule: each moment once, by the clock of the shop; what was missed is done once, not all at once."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu.errors import SettingError
from quanyu.part.action import Action, Caller
from quanyu.part.schedule import run_due
from quanyu.settings import read_settings
from quanyu.workspace import Workspace


@pytest.fixture
def done(monkeypatch) -> list[Caller]:
    """Who asked for the turns that were done."""
    asked: list[Caller] = []
    turn = Action("run_turn", "Turn.", type("Nothing", (), {}), str, print, "owner", said="did a turn")
    monkeypatch.setattr("quanyu.part.schedule.schedule.action_named", lambda _: turn)
    monkeypatch.setattr("quanyu.part.schedule.schedule.perform", lambda *given: asked.append(given[-1]))
    return asked


def at(ws: Workspace, hour: int, day: int = 20) -> Workspace:
    moment = dt.datetime(2026, 11, day, hour, 10, tzinfo=ws.settings.zone)
    return Workspace(ws.root, ws.settings, lambda: moment)


def test_a_moment_is_done_once_however_often_and_by_however_many_it_is_looked_at(
    make_workspace, done
) -> None:
    ws = make_workspace(schedule={"at": {"run_turn": "0 3 * * *"}})
    assert run_due(at(ws, 4)) == ["run_turn"]
    assert run_due(at(ws, 4)) == [] == run_due(at(ws, 23))
    assert run_due(at(ws, 2, 21)) == []
    assert run_due(at(ws, 3, 21)) == ["run_turn"]
    assert [caller.who for caller in done] == ["schedule", "schedule"]


def test_of_many_moments_that_were_missed_only_the_last_is_done(make_workspace, done) -> None:
    ws = make_workspace(schedule={"at": {"run_turn": "0 * * * *"}})
    assert run_due(at(ws, 4, 12)) == ["run_turn"]
    assert run_due(at(ws, 9, 20)) == ["run_turn"]
    assert run_due(at(ws, 9, 20)) == []
    assert len(done) == 2


def test_an_action_that_fails_is_not_tried_again_before_its_next_moment(make_workspace, monkeypatch) -> None:
    ws = make_workspace(schedule={"at": {"approve": "0 3 * * *"}})
    assert run_due(at(ws, 4)) == []
    assert run_due(at(ws, 4)) == []


def test_what_is_no_time_is_refused_when_settings_are_read(tmp_path) -> None:
    (tmp_path / "quanyu.toml").write_text('[schedule]\nat = {run_turn = "at night"}\n', encoding="utf-8")
    with pytest.raises(SettingError, match="at night"):
        read_settings(tmp_path)
