"""Where a workspace lies: making one in a folder, and opening the one that is there."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from quanyu.errors import WorkspaceError, WorkspaceMissingError
from quanyu.settings import FILE, STATE, check_settings, read_settings
from quanyu.workspace.workspace import KEY_BYTES, TABLES, Clock, Workspace, close_to_others, system_clock

NEXT = "Make one with: quanyu init DIR, or name one with --workspace or QUANYU_WORKSPACE."


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


def create(
    root: str | Path, *, clock: Clock = system_clock, key: str | None = None, **settings: Any
) -> Workspace:
    """Make a workspace in a folder, with settings such as timezone, currency and engine, and open it.

    `key` is the key of all pseudonyms and lots, where it must be the same again; nothing: one is drawn.
    """
    folder = usable(root)
    if (folder / FILE).exists():
        raise WorkspaceError(
            "{folder} is a workspace already.", "Use it as it is, or choose another folder.", folder=folder
        )
    checked = check_settings(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = folder / STATE / "secret"
    has_data = any((folder / name).exists() for name in (f"{STATE}/ledger.db", TABLES))
    if has_data and not secret.exists() and "QUANYU_SECRET" not in os.environ:
        raise WorkspaceError(
            "{folder} holds tables or a ledger, but not the key they were made with.",
            "Restore .quanyu/secret from a backup (docs/how-to/back-up.md), or choose an empty folder.",
            folder=folder,
        )
    for part in (STATE, TABLES):
        (folder / part).mkdir(exist_ok=True)
        close_to_others(folder / part)
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(key or secrets.token_hex(KEY_BYTES), encoding="ascii")
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
