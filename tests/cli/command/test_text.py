"""`quanyu text check`: files and pipes, exit codes, JSON, and what cannot be read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_text_without_findings_ends_well(command: Command) -> None:
    Path("a.txt").write_text("红富士苹果，产自烟台", encoding="utf-8")
    answer = command("text", "check", "a.txt")
    assert (answer.code, answer.out.strip()) == (0, "Nothing was found in 10 characters.")


def test_what_is_forbidden_has_its_exit_code_and_says_how_many(command: Command) -> None:
    Path("a.txt").write_bytes("\ufeff最佳，治疗失眠".encode())
    answer = command("text", "check", "a.txt", "--category", "food")
    assert answer.code == 18
    assert "2 findings are against the law" in answer.err
    assert "广告法 17" in answer.out


def test_json_has_places_and_both_languages(command: Command) -> None:
    Path("a.txt").write_text("真的最 佳", encoding="utf-8")
    answer = command("text", "check", "a.txt", "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["is_blocked"]) == (18, True)
    (finding,) = told["findings"]
    assert (finding["start"], finding["end"], finding["found"]) == (2, 5, "最 佳")
    assert set(finding["why"]) == {"en", "zh"}


def test_a_pipe_is_read(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO("顶级".encode())))
    assert command("text", "check", "-").code == 18


@pytest.mark.parametrize("content", [None, "最佳".encode("gb18030")])
def test_what_cannot_be_read_is_told(command: Command, content: bytes | None) -> None:
    if content:
        Path("a.txt").write_bytes(content)
    answer = command("text", "check", "a.txt")
    assert (answer.code, "UTF-8" in answer.err) == (6, True)
