"""README and guides are executed: their commands run, what they show is what comes out, their Python runs.

In a block ```sh the lines that start with `quanyu` are run (not `quanyu serve`, which does not end), `cd` is
followed, `make` must name a target. All lines of a block ```text must stand in what the commands before said.
A block ```python runs beside the folder `shop`; a block whose head names a file (```toml layouts/mine.toml)
writes it. PERSON, OTHER and IDENTIFIER stand for somebody in the shop, PEOPLE for how many a campaign was said to reach.
Mail goes to a server of the test. A guide of COLLECTING has a collector of its own, and WRITE_KEY is the key that was shown last.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bench.mail_sink import Sink

import quanyu as qy

ROOT = Path(__file__).parents[2]
HOW_TO = sorted(set((ROOT / "docs" / "how-to").glob("*.md")) - {ROOT / "docs" / "how-to" / "extend.md"})
"""The guides, but for the one that changes the source: `test_extend.py` does it in a copy."""
SENDING = ("send-a-campaign",)
"""Guides whose mail goes to a server of the test."""
COLLECTING = ("track-a-site",)
"""Guides that send events to a collector of the test."""
COLLECTOR = "http://127.0.0.1:8082"
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
                # The last counts: a file that is checked before it is proposed draws other lots than the proposal.
                for reached in re.findall(r"([\d,]+) people get a message", plain(said)):
                    names["PEOPLE"] = reached.replace(",", "")
                if key := re.search(r"Write key: (\w+)", said):
                    names["WRITE_KEY"] = key[1]
        elif block.language == "text":
            got = [plain(line) for line in said.splitlines()]
            for line in block.text.splitlines():
                assert any(plain(line) in one for one in got), f"{path.name}: {line!r} is not in:\n{said}"
        elif block.language == "python" and beside:
            _python(path, beside, names)
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


def _python(path: Path, beside: Path, names: dict[str, str] | None = None) -> None:
    """Run all Python of a page in one namespace, as a reader would."""
    put = {name: names[name] for name in ("WRITE_KEY", COLLECTOR) if names and name in names}
    here = Path.cwd()
    os.chdir(beside)
    space: dict[str, Any] = {}
    try:
        for block in blocks(path):
            if block.language == "python":
                text = block.text
                for name, value in put.items():
                    text = text.replace(name, value)
                exec(compile(text, path.name, "exec"), space)
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
        mail = {
            "HOST": "127.0.0.1",
            "PORT": str(server.port),
            "SECURITY": "none",
            "FROM_ADDRESS": "news@shop.example",
        }
        for name, value in mail.items() if path.stem in SENDING else ():
            monkeypatch.setenv(f"QUANYU_MAIL__{name}", value)
        with collecting(shop) if path.stem in COLLECTING else nullcontext({}) as collector:
            play(path, command, somebody(shop) | collector, beside=shop.parent)


@contextmanager
def collecting(shop: Path) -> Iterator[dict[str, str]]:
    """Serve the collector of a shop as `quanyu serve --role collector` does, and return where the guide's address leads."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "quanyu.api.collector", "--workspace", str(shop), "--port", str(port)]
    with subprocess.Popen(command) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(240):
                assert process.poll() is None
                try:
                    urllib.request.urlopen(f"{url}/quanyu.js", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield {COLLECTOR: url}
        finally:
            process.terminate()


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
