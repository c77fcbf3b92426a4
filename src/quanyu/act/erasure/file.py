"""Files of a workspace beside its tables and its ledger: what speaks of somebody who is erased goes from them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from quanyu.settings import STATE
from quanyu.workspace import Workspace

MADE_AGAIN = ("tmp", "staging", "kept", "damaged", "drain")
"""Folders of files that are made again, or were only there for a while."""
OWN = ("secret", "id", "lock", "drain.lock")
LINES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".log", ".yaml", ".yml", ".toml", ".md")
"""Files of lines: those that speak of the person go, the others stay."""
LARGEST = 2_000_000_000
CHUNK = 1 << 20


def clear_files(
    ws: Workspace, sought: re.Pattern[str], others: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """Take lines and files that speak of a person out of the workspace; return the files touched, and those to look into.

    What is no text (a workbook, an archive) cannot be looked into here and is named, so that somebody does. Files made for a
    while, and those that a turn makes again, go in any case. Folders of `others` are cleared by others.
    """
    for name in MADE_AGAIN:
        for entry in _entries(ws.path(name)):
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    shutil.rmtree(ws.warehouse.root / ".staged", ignore_errors=True)
    touched, unread = list[str](), list[str]()
    for file in _files(ws, {ws.root / folder for folder in others}):
        name = file.relative_to(ws.root).as_posix()
        text = _text(file)
        if text is None:
            unread.append(name)
        elif sought.search(text):
            _clear(file, text, sought)
            touched.append(name)
    return touched, unread


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _files(ws: Workspace, others: set[Path]) -> Iterator[Path]:
    """Yield the files that are neither tables nor the ledger nor what the workspace is known by."""
    state, tables = ws.root / STATE, ws.warehouse.root
    for file in sorted(ws.root.rglob("*")):
        is_ledger = file.parent == state and (file.name in OWN or file.name.startswith("ledger.db"))
        if (
            file.is_file()
            and not file.is_symlink()
            and not is_ledger
            and not {tables, *others} & set(file.parents)
        ):
            yield file


def _text(file: Path) -> str | None:
    """Return what a file says, None where it is no text."""
    content = file.read_bytes()
    if b"\0" in content[:4096] or content[:4] in {b"PK\3\4", b"\x1f\x8b\x08\0", b"PAR1", b"%PDF"}:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "surrogateescape")


def _clear(file: Path, text: str, sought: re.Pattern[str]) -> None:
    """Write a file of lines without those that speak of the person; remove any other."""
    if file.suffix.lower() not in LINES:
        file.unlink()
        return
    encoding = "utf-8" if file.read_bytes() == text.encode("utf-8", "replace") else "gb18030"
    head, *lines = text.splitlines(keepends=True)
    kept = [line for line in (head, *lines) if not sought.search(line)]
    part = file.with_name(f".{file.name}.part")
    part.write_bytes("".join(kept).encode(encoding, "surrogateescape"))
    part.chmod(file.stat().st_mode)
    part.replace(file)
