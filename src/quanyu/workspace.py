"""A workspace: warehouse, ledger, clock, seed and secret in one folder; the only thing handed around."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from quanyu.errors import WorkspaceBusyError, WorkspaceError, WorkspaceMissingError
from quanyu.ledger import Ledger, open_ledger
from quanyu.settings import FILE, STATE, Settings, check_settings, read_settings
from quanyu.warehouse import Warehouse, open_warehouse

Clock = Callable[[], dt.datetime]
NEXT = "Make one with: quanyu init DIR, or name one with --workspace or QUANYU_WORKSPACE."


def system_clock() -> dt.datetime:
    """Return the present moment in UTC; the only place that looks at the wall clock."""
    return dt.datetime.now(dt.UTC)


def pseudonym(secret: str, kind: str, value: str) -> str:
    """Return the keyed hash that stands for a personal value in facts: 32 hexadecimal digits.

    sha256(secret + sha256(secret + kind + ":" + value)), the nested form that length extension cannot reach.

    >>> pseudonym("00", "phone", "+8613800000000") == pseudonym("01", "phone", "+8613800000000")
    False
    """
    inner = hashlib.sha256(f"{secret}{kind}:{value}".encode()).hexdigest()
    return hashlib.sha256(f"{secret}{inner}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Workspace:
    """Everything a step needs. `clock` gives aware UTC times and can be a simulated one."""

    root: Path
    settings: Settings
    clock: Clock = system_clock

    @cached_property
    def warehouse(self) -> Warehouse:
        """The tables and their engine, opened on first use."""
        return open_warehouse(self.root / "tables", self.settings, self.path("tmp"))

    @cached_property
    def ledger(self) -> Ledger:
        """The operational records, opened on first use."""
        return open_ledger(self.settings.ledger_url or self.path("ledger.db"))

    @cached_property
    def secret(self) -> str:
        """The key of all pseudonyms, as hexadecimal text; QUANYU_SECRET wins over the workspace's file."""
        return os.environ.get("QUANYU_SECRET") or self.path("secret").read_text(encoding="ascii").strip()

    def path(self, *parts: str) -> Path:
        """Return a path inside the state folder."""
        return self.root.joinpath(STATE, *parts)

    def now(self) -> dt.datetime:
        """Return the present moment of the clock in UTC."""
        return self.clock().astimezone(dt.UTC)

    def today(self) -> dt.date:
        """Return today's date in the workspace's time zone."""
        return self.now().astimezone(self.settings.zone).date()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock; raise `WorkspaceBusyError` if another process holds it."""
        lock = FileLock(self.path("lock"), timeout=0)
        try:
            with lock:
                yield
        except Timeout:
            raise WorkspaceBusyError(
                "Another load or run is writing to {folder}.",
                "Wait until it has ended and try again.",
                folder=self.root,
            ) from None

    def close(self) -> None:
        """Release the engine and the ledger."""
        for name in ("warehouse", "ledger"):
            if name in self.__dict__:
                getattr(self, name).close()


def usable(root: str | Path) -> Path:
    """Return the full path of a workspace's folder; raise `WorkspaceError` for a place where none can lie."""
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(root), re.IGNORECASE):
        raise WorkspaceError(
            "{root} is an address, but a workspace is a folder on this machine.",
            "Name a folder; to work on files from elsewhere, copy or mount them first.",
            root=root,
        )
    folder = Path(root).expanduser().resolve()
    if "\\" in str(folder) and re.search(r"[*?\[]", str(folder)):
        raise WorkspaceError(
            "The name {folder} holds a backslash beside one of * ? [, which the engine cannot tell apart.",
            "Choose a folder without a backslash in its name.",
            folder=folder,
        )
    return folder


def create(root: str | Path, *, clock: Clock = system_clock, **settings: Any) -> Workspace:
    """Make a workspace in a folder, with settings such as timezone, currency and engine, and open it."""
    folder = usable(root)
    if (folder / FILE).exists():
        raise WorkspaceError(
            "{folder} is a workspace already.", "Use it as it is, or choose another folder.", folder=folder
        )
    checked = check_settings(settings)
    state = folder / STATE
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o700)
    secret = state / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32), encoding="ascii")
    given = {"timezone": checked.timezone, "currency": checked.currency, "engine": checked.engine, **settings}
    lines = list(_toml(given))
    (folder / FILE).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return open(folder, clock=clock)


def open(root: str | Path | None = None, *, clock: Clock = system_clock) -> Workspace:
    """Open the workspace at `root`, at QUANYU_WORKSPACE, or in the current folder.

    Raises `WorkspaceMissingError` where there is none.
    """
    folder = usable(root or os.environ.get("QUANYU_WORKSPACE") or Path.cwd())
    if not (folder / FILE).exists():
        raise WorkspaceMissingError("There is no workspace in {folder}.", NEXT, folder=folder)
    return Workspace(folder, read_settings(folder), clock)


def _toml(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield settings as lines of TOML; a group becomes dotted keys."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _toml(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{json.dumps(name) if '.' in name else name} = {json.dumps(value, ensure_ascii=False)}"
