"""Tokens that providers give for some time, kept where every worker of the machine finds them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from quanyu.workspace import Clock

EARLY_SECONDS = 60
"""How long before its end a token is made anew."""


@dataclass(frozen=True)
class Tokens:
    """The token of one account. `ask` gets a new one and says for how many seconds it holds.

    A provider that gives a new token ends the old one: so one worker asks, under a lock, and the others read what it got.
    """

    folder: Path
    account: str
    clock: Clock
    ask: Callable[[], tuple[str, float]]

    def get(self, bad: str = "") -> str:
        """Return a token that holds and is not the `bad` one, which the provider has refused."""
        held = self._read()
        if held and held != bad:
            return held
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._file.with_suffix(".lock")):
            held = self._read()  # somebody else may have asked meanwhile
            if held and held != bad:
                return held
            token, seconds = self.ask()
            self._write(token, self.clock().timestamp() + seconds)
            return token

    @property
    def _file(self) -> Path:
        return self.folder / f"{hashlib.sha256(self.account.encode()).hexdigest()[:16]}.json"

    def _read(self) -> str:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            holds = kept["until"] - EARLY_SECONDS > self.clock().timestamp()
            return str(kept["token"]) if holds else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _write(self, token: str, until: float) -> None:
        part = self._file.with_suffix(".part")
        with os.fdopen(
            os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as stream:
            json.dump({"token": token, "until": until}, stream)
        part.replace(self._file)
