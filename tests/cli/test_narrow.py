"""The command line on a narrow terminal and without colour: no word or number is cut, no code steers what cannot be steered."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pty = pytest.importorskip("pty", reason="terminals are made by the operating system")
COLUMNS = 60
RUN = "import quanyu.cli.main; quanyu.cli.main.app()"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}},
    "QUANYU_LANGUAGE": "en",
}
PLAIN = ({"TERM": "dumb"}, {"TERM": "xterm-256color", "NO_COLOR": "1"})


def on_terminal(folder: Path, *words: str, **said: str) -> str:
    """Return what a command writes on a terminal of 60 columns."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    command = [sys.executable, "-c", RUN, *words]
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT | said, **streams) as run:  # type: ignore[call-overload]
        os.close(theirs)
        told = b""
        while piece := _read(ours):
            told += piece
        run.wait()
    os.close(ours)
    return told.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""


@pytest.mark.parametrize("said", PLAIN, ids=["dumb", "no colour"])
@pytest.mark.parametrize(
    "words", [("tables",), ("describe", "orders"), ("sql", "SELECT * FROM orders LIMIT 3")]
)
def test_on_sixty_columns_nothing_is_cut(
    shop: Path, words: tuple[str, ...], said: dict[str, str], command: Callable[..., Any]
) -> None:
    told = on_terminal(shop, *words, **said)
    piped = command(*words).out
    assert "\x1b" not in told
    assert max(len(line.rstrip()) for line in told.splitlines()) <= COLUMNS
    assert set(re.findall(r"[\w.,:+-]+", piped)) <= set(re.findall(r"[\w.,:+-]+", told))


def test_in_a_pipe_every_row_is_one_line_without_codes(shop: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", RUN, "sql", f"SELECT '{'word ' * 100}' AS a, 1234567 AS n"],
        cwd=shop, env=ENVIRONMENT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.splitlines()[1].split() == ["word"] * 100 + ["1,234,567"]
    assert "\x1b" not in told.stdout + told.stderr


def test_a_terminal_that_can_be_steered_is_left_clean(shop: Path) -> None:
    told = on_terminal(shop, "run", "--only", "rfm", TERM="xterm-256color")
    assert told.count("\x1b[?25l") == told.count("\x1b[?25h")
    assert "rfm" in told


def test_what_goes_to_a_file_is_whole_while_the_terminal_shows_progress(shop: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with (tmp_path / "rows.json").open("wb") as file:
        command = [sys.executable, "-c", f"import quanyu.cli.progress as p; p.PATIENCE = 0.01; {RUN}"]
        question = ["sql", "SELECT count(*) AS n FROM range(10000000)", "--json"]
        with subprocess.Popen(
            [*command, *question], cwd=shop, env=ENVIRONMENT | {"TERM": "xterm"}, stdout=file, stderr=theirs
        ) as run:
            os.close(theirs)
            while _read(ours):
                pass
            run.wait()
    os.close(ours)
    assert json.loads((tmp_path / "rows.json").read_text("utf-8")) == [{"n": 10_000_000}]
