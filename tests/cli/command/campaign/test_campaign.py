"""A brief is checked from its file before it is added, and says what it says after."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quanyu import ledger

BRIEF = {
    "name": "Win back", "rule": "frequency >= 1", "channels": ["mail"],
    "content": {"mail": {"subject": "It is time", "html": '<p><a href="https://shop.example/new">New</a></p>'}},
}  # fmt: skip


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_a_file_is_checked_before_it_is_added(
    make_workspace: Any, command: Callable[..., Any], tmp_path: Path, ending: str
) -> None:
    ws = make_workspace()
    file = tmp_path / f"win-back.{ending}"
    file.write_text(json.dumps(BRIEF), encoding="utf-8")

    def checked(what: str) -> dict[str, Any]:
        answer = command("campaign", "check", what, "--json", "-w", str(ws.root))
        assert answer.code == 0, answer
        return {name: value for name, value in json.loads(answer.out).items() if name != "campaign_id"}

    before = checked(str(file))
    assert ledger.list_decisions(ws.ledger) == [], "nothing is recorded"
    assert "Win back: 0 people" in command("campaign", "check", str(file), "-w", str(ws.root)).out
    assert command("campaign", "add", str(file), "-w", str(ws.root)).code == 0
    assert before == checked("Win back")


def test_a_file_that_is_not_there_is_named(make_workspace: Any, command: Callable[..., Any]) -> None:
    answer = command("campaign", "check", "nowhere.yaml", "-w", str(make_workspace().root))
    assert answer.code and "nowhere.yaml" in answer.err
