"""What a worker notes down before and after each message, so that whoever follows it knows what it left open.

The notes survive the death of the process, not that of the machine: after a restart of the machine they are not believed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

BOOT = Path("/proc/sys/kernel/random/boot_id")
State = Literal["begun", "ended"]


@dataclass(frozen=True)
class Notes:
    """What was noted of sends, by campaign and place: `begun` or, with the line that says what became of it, `ended`."""

    states: dict[tuple[str, int], tuple[State, str]] = field(default_factory=dict)
    is_believed: bool = True


class Journal:
    """The notes of one worker, which only it writes."""

    def __init__(self, folder: Path, who: str) -> None:
        self.file = folder / f"{who}.log"
        self._stream = os.open(self.file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._begin()

    def begun(self, campaign_id: str, place: int) -> None:
        """Note that the provider might take a message from now on."""
        os.write(self._stream, f"b\t{campaign_id}\t{place}\n".encode())

    def ended(self, campaign_id: str, place: int, outcome: str) -> None:
        """Note what became of a message, as a line without line ends."""
        os.write(self._stream, f"e\t{campaign_id}\t{place}\t{outcome}\n".encode())

    def clear(self) -> None:
        """Forget what was noted: all of it is settled."""
        os.ftruncate(self._stream, 0)
        self._begin()

    def close(self) -> None:
        """Stop writing."""
        os.close(self._stream)

    def _begin(self) -> None:
        os.write(self._stream, f"m\t{_boot()}\n".encode())


@contextmanager
def journal(folder: Path, who: str) -> Iterator[Journal]:
    """Give a worker its journal, under a lock that ends with the process; both files are gone when the block ends well."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with FileLock(_lock(folder, who)):
        notes = Journal(folder, who)
        try:
            yield notes
        finally:
            notes.close()
    forget(folder, who)


def read_notes(folder: Path, who: str) -> Notes:
    """Return what a worker has noted; nothing that is believed where its notes are not here or from before a restart."""
    file = folder / f"{who}.log"
    if not file.exists():
        return Notes(is_believed=False)
    first, *lines = file.read_text(encoding="utf-8").split("\n")[:-1] or [""]
    states: dict[tuple[str, int], tuple[State, str]] = {}
    for line in lines:
        kind, campaign_id, place, *rest = line.split("\t", 3)
        states[campaign_id, int(place)] = ("begun", "") if kind == "b" else ("ended", rest[0])
    return Notes(states, first == f"m\t{_boot()}")


def dead_workers(folder: Path) -> list[str]:
    """Return the workers of this machine whose process has ended without a word."""
    dead = []
    for file in sorted(folder.glob("*.lock")) if folder.exists() else []:
        with suppress(Timeout), FileLock(file, timeout=0):
            dead.append(file.stem)
    return dead


def forget(folder: Path, who: str) -> None:
    """Remove the files of a worker."""
    for file in (folder / f"{who}.log", _lock(folder, who)):
        file.unlink(missing_ok=True)


def _lock(folder: Path, who: str) -> Path:
    return folder / f"{who}.lock"


def _boot() -> str:
    return BOOT.read_text(encoding="ascii").strip() if BOOT.exists() else ""
