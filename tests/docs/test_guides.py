"""README and guides are executed: their commands run, what they show is what comes out, their Python runs.

In a block ```sh the lines that start with `quanyu` are run (not `quanyu serve`, which does not end), `cd` is
followed, `make` must name a target. All lines of a block ```text must stand in what the commands before said.
A block ```python runs beside the folder `shop`; a block whose head names a file (```toml layouts/mine.toml)
writes it. PERSON, OTHER and IDENTIFIER stand for somebody in the shop, PEOPLE for how many a campaign was said to reach.
Mail goes to a server of the test.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bench.mail_sink import Sink

import quanyu as qy

ROOT = Path(__file__).parents[2]
HOW_TO = sorted(set((ROOT / "docs" / "how-to").glob("*.md")) - {ROOT / "docs" / "how-to" / "extend.md"})
"""The guides, but for the one that changes the source: `test_extend.py` does it in a copy."""
Command = Callable[..., Any]


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the rest of its head, its lines."""

    language: str
    head: str
    text: str


def blocks(path: Path) -> Iterator[Block]:
    for language, head, text in re.findall(
        r"^```(\w*) ?(.*?)\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S
    ):
        yield Block(language, head, text)


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def plain(line: str) -> str:
    return " ".join(line.split())


def play(path: Path, command: Command, names: dict[str, str], *, beside: Path | None = None) -> None:
    """Do what a page says, block by block."""
    said = ""
    for block in blocks(path):
        if block.head:
            Path(block.head).parent.mkdir(parents=True, exist_ok=True)
            Path(block.head).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            said = ""
            for line in block.text.splitlines():
                said += _line(words_of(line), command, names)
                if reached := re.search(r"([\d,]+) people get a message", plain(said)):
                    names["PEOPLE"] = reached[1].replace(",", "")
        elif block.language == "text":
            got = [plain(line) for line in said.splitlines()]
            for line in block.text.splitlines():
                assert any(plain(line) in one for one in got), f"{path.name}: {line!r} is not in:\n{said}"
        elif block.language == "python" and beside:
            _python(path, beside)
            beside = None


def _line(words: list[str], command: Command, names: dict[str, str]) -> str:
    if words[:1] == ["cd"]:
        os.chdir(words[1])
    if words[:1] == ["make"]:
        assert words[1] in targets(), words
    if words[:1] != ["quanyu"] or words[1] == "serve":
        return ""
    answer = command(*[names.get(word, word) for word in words[1:]])
    assert answer.code == 0, (words, answer)
    return str(answer.out)


def _python(path: Path, beside: Path) -> None:
    """Run all Python of a page in one namespace, as a reader would."""
    here = Path.cwd()
    os.chdir(beside)
    space: dict[str, Any] = {}
    try:
        for block in blocks(path):
            if block.language == "python":
                exec(compile(block.text, path.name, "exec"), space)
    finally:
        os.chdir(here)
        if "ws" in space:
            space["ws"].close()


def somebody(shop: Path) -> dict[str, str]:
    """Return a person with several identifiers and another one without a rival account."""
    ws = qy.open(shop)
    rows = ws.warehouse.query(
        "SELECT person_id, count(*) AS n, min(id_key) AS key, string_agg(DISTINCT kind) AS kinds "
        "FROM identities GROUP BY person_id ORDER BY n DESC, person_id"
    ).to_pylist()
    ws.close()
    first = rows[0]
    other = next(row for row in reversed(rows) if row["kinds"] in ("cookie", "phone", "email", "device"))
    return {"PERSON": first["person_id"], "OTHER": other["person_id"], "IDENTIFIER": first["key"]}


def test_readme_runs(command: Command, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = shop.parent
    shutil.rmtree(shop)
    monkeypatch.chdir(beside)
    play(ROOT / "README.md", command, {}, beside=beside)


def test_the_chinese_readme_shows_the_same_commands() -> None:
    def told(name: str) -> list[list[str]]:
        lines = [
            line
            for block in blocks(ROOT / name)
            if block.language == "sh"
            for line in block.text.splitlines()
        ]
        return [words for line in lines if (words := words_of(line))]

    chinese, english = told("README.zh.md"), told("README.md")
    assert chinese
    assert [words for words in chinese if words not in english] == []


@pytest.mark.parametrize("path", HOW_TO, ids=lambda path: path.stem)
def test_guide_runs(path: Path, command: Command, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sink() as server:
        mail = {"HOST": "127.0.0.1", "PORT": str(server.port), "SECURITY": "none", "FROM_ADDRESS": "news@shop.example"}
        for name, value in mail.items():
            monkeypatch.setenv(f"QUANYU_MAIL__{name}", value)
        play(path, command, somebody(shop), beside=shop.parent)


@pytest.mark.datasets
def test_tutorial_runs(
    command: Command, datasets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(datasets / "online_retail" / "online_retail.parquet", tmp_path)
    monkeypatch.chdir(tmp_path)
    play(ROOT / "docs" / "tutorial.md", command, {})
    assert (tmp_path / "shop" / "report.html").stat().st_size > 20_000


def test_the_loop_in_a_notebook_runs(tmp_path: Path) -> None:
    _python(ROOT / "docs" / "tutorial-loop.md", tmp_path)
    assert (tmp_path / "loop" / "report.html").stat().st_size > 20_000


def test_examples_of_settings_are_valid(tmp_path: Path) -> None:
    """Every TOML example without a file name, outside of pages about other files, is a valid quanyu.toml."""
    from quanyu.settings import read_settings

    for name in (
        "how-to/stop-bad-data.md",
        "how-to/use-spark.md",
        "how-to/use-postgres.md",
        "reference/settings.md",
    ):
        for block in blocks(ROOT / "docs" / name):
            if block.language == "toml":
                (tmp_path / "quanyu.toml").write_text(block.text, encoding="utf-8")
                read_settings(tmp_path)
