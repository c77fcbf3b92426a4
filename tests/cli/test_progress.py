"""What is seen while a command works."""

from __future__ import annotations

import io

import pytest

from quanyu.cli import progress
from quanyu.cli.speech import err, out


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)


@pytest.mark.usefixtures("patient")
def test_where_nothing_moves_each_thing_begun_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress() as bars:
        task = bars.add_task("Load", total=2)
        for done, name in enumerate(("Load", "Count", "Count")):
            bars.update(task, description=name, completed=done)
    assert capsys.readouterr() == ("", "Load\nCount\n")


def test_what_takes_no_time_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress() as bars:
        bars.add_task("Load", total=2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("patient")
def test_a_command_at_work_says_so_until_it_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Terminal()
    monkeypatch.setattr(err, "_file", told)
    monkeypatch.setattr(err, "_force_terminal", True)
    begun = []
    monkeypatch.setattr(progress, "_begin", lambda bars, command, timer: begun.append(command))
    with progress.at_work("quanyu sql"):
        while not begun:
            pass
        assert out.ends
        out.print("12 rows")
        assert not out.ends
    assert begun == ["quanyu sql"]
