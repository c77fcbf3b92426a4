"""A workspace: warehouse, ledger, clock, seed and secret in one folder; the only thing handed around."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import uuid
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from quanyu import ledger
from quanyu.errors import QuanyuError, StorageError, WorkspaceBusyError, WorkspaceError
from quanyu.ledger import Ledger, open_ledger
from quanyu.settings import STATE, Settings
from quanyu.tables import CONTRACTS
from quanyu.warehouse import Warehouse, open_warehouse
from quanyu.workspace import keeping

Clock = Callable[[], dt.datetime]
TABLES = "tables"
KEY_BYTES = 32
BRINGING_SECONDS = 60.0
"""How long whoever brings what was posted waits for another who does."""
KEY = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES},}}")


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
        return open_warehouse(self.root / TABLES, self.settings, self.path("tmp"), self._remembered)

    def _remembered(self) -> dict[str, int]:
        with suppress(QuanyuError):  # a ledger that cannot be read is told where it is needed
            return {name: mark.version for name, mark in ledger.list_marks(self.ledger).items()}
        return {}

    @cached_property
    def ledger(self) -> Ledger:
        """The operational records, opened on first use.

        Raises `WorkspaceError` if they are another workspace's, `DamageError` if there are none though there are tables.
        """
        opened = open_ledger(self.settings.ledger_url or self.path("ledger.db"))
        try:
            key = self._key()
            key_print = _print(key) if KEY.fullmatch(key) else ""
            may_begin = not self.path("id").exists() or not any((self.root / TABLES).glob("*/_delta_log"))
            ledger.own(opened, self._id(opened), key_print, at=self.now(), may_begin=may_begin)
        except BaseException:
            opened.close()
            raise
        return opened

    @cached_property
    def secret(self) -> str:
        """The key of all pseudonyms, as hexadecimal text; QUANYU_SECRET wins over the workspace's file.

        Raises `WorkspaceError` if it is not a key, or not the one that was used before.
        """
        key = self._key()
        if not KEY.fullmatch(key):
            raise WorkspaceError(
                "The key of this workspace, .quanyu/secret or QUANYU_SECRET, has {length} characters; a key is {wanted} "
                "hexadecimal digits.",
                "Restore it from a backup: docs/how-to/back-up.md. With another key the same phone would become another person.",
                length=len(key),
                wanted=2 * KEY_BYTES,
            )
        ledger.check_key(self.ledger, _print(key))
        return key

    def _key(self) -> str:
        file = self.path("secret")
        with suppress(OSError):
            close_to_others(file)
        return os.environ.get("QUANYU_SECRET") or (_read(file) if file.exists() else "")

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
    def writing(self, *, again: Container[str] = ()) -> Iterator[None]:
        """Hold the write lock while tables are written; they are looked at before, remembered and tidied afterwards.

        Raises `WorkspaceBusyError` if another process holds it, and `DamageError` if a table has lost what was written
        to it; damage of tables that are to be made `again` is passed over.
        """
        try:
            lock = FileLock(self.path("lock"), timeout=0).acquire()
        except Timeout:
            raise WorkspaceBusyError(
                "Another load or run is writing to {folder}.",
                "Wait until it has ended and try again.",
                folder=self.root,
            ) from None
        except OSError as error:
            raise StorageError(
                "The storage refuses access: {cause}.",
                "Check the owner and the permissions of the workspace's folder, and its mount.",
                cause=str(error),
            ) from None
        with lock:
            before = keeping.check(self.warehouse, self.ledger, again)
            try:
                yield
                keeping.tidy(self.warehouse, before)
            finally:
                keeping.mark(self.warehouse, self.ledger, at=self.now())

    @contextmanager
    def bringing(self) -> Iterator[None]:
        """Let nobody else bring what was posted to the collector into tables, which is done while others load or run.

        Whoever removes files of tables holds it too. Raises `WorkspaceBusyError` if another process does not end.
        """
        try:
            lock = FileLock(self.path("drain.lock"), timeout=BRINGING_SECONDS).acquire()
        except Timeout:
            raise WorkspaceBusyError(
                "Another process is bringing what was posted into the tables of {folder}.",
                "Wait until it has ended and try again.",
                folder=self.root,
            ) from None
        with lock:
            yield

    def adopt(self) -> None:
        """Let this folder, its ledger and its tables belong together as they are, after a restore or a copy."""
        opened = open_ledger(self.settings.ledger_url or self.path("ledger.db"))
        try:
            ledger.adopt(opened, self._id(opened), at=self.now())
            ledger.forget_marks(opened)
            keeping.mark(self.warehouse, opened, at=self.now())
        finally:
            opened.close()

    def tidy(self) -> int:
        """Tidy every table by the rules of the settings and return how many files were removed."""
        with self.writing():
            return sum(self.warehouse.tidy(name) for name in CONTRACTS if self.warehouse.exists(name))

    def _id(self, opened: Ledger) -> str:
        """Return the id of the workspace; one from before ids takes that of the ledger in its own folder, or a new one."""
        file = self.path("id")
        if not file.exists():
            owner = None if self.settings.ledger_url else ledger.find_owner(opened)
            made = owner.workspace_id if owner else uuid.uuid4().hex
            with suppress(FileExistsError), file.open("x", encoding="ascii") as stream:
                stream.write(made)
        return _read(file)

    def close(self) -> None:
        """Release the engine and the ledger."""
        for name in ("warehouse", "ledger"):
            if name in self.__dict__:
                getattr(self, name).close()


def close_to_others(path: Path) -> None:
    """Let only the owner of a file or folder read it."""
    path.chmod(path.stat().st_mode & 0o700)


def _print(key: str) -> str:
    """Return what may be kept of a key to know it again."""
    return pseudonym(key, "key", "print")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(
            "{file} cannot be read: {error}.",
            "Restore it from a backup: docs/how-to/back-up.md",
            file=file,
            error=str(error),
        ) from None
