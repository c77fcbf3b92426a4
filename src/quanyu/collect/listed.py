"""Uploaded lists: identifiers that somebody has at hand, kept under a name that rules can ask for."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from quanyu.collect.record import erased
from quanyu.errors import SourceError
from quanyu.part.action import Action, Caller
from quanyu.part.given import File
from quanyu.part.told_consent import tomb_of
from quanyu.tables.text.mail import email
from quanyu.tables.text.phone import number
from quanyu.workspace import Workspace, pseudonym

Kind = Literal["phone", "email", "key"]
"""What the lines of a list are: phone numbers, mail addresses, or identifiers as they stand in the data, such as jd:139."""
TABLE = "list_members"


@dataclass(frozen=True)
class Listed:
    """A list to be kept: its name, what its lines are, and the file that holds them, one a line; the log names the file alone."""

    name: str
    kind: Kind
    file: File


@dataclass(frozen=True)
class Kept:
    """What became of a list: identifiers kept, how many of them are known people, and the numbers of lines that are
    none; a first line that is none names the column.
    """

    name: str
    n_kept: int
    n_known: int
    refused: tuple[int, ...]


def keep_list(ws: Workspace, given: Listed, _: Caller) -> Kept:
    """Keep a list in place of one of the same name; phones and mails leave only their keyed hashes.

    Raises `SourceError` where no line is an identifier.
    """
    lines = [line.strip() for line in _lines(given.file)]
    keys = [_key(ws, given.kind, line) for line in lines]
    tombs = erased.tombs_of(ws)
    keys = ["" if tombs and tomb_of(key, ws.secret) in tombs else key for key in keys]
    kept = sorted({key for key in keys if key})
    numbered = enumerate(zip(keys, lines, strict=True), start=1)
    refused = tuple(n for n, (key, line) in numbered if n > 1 and line and not key)
    if not kept:
        raise SourceError(
            "The list {name!r} holds no {kind}.",
            "One a line; a first line that names the column is passed over.",
            name=given.name,
            kind=given.kind,
        )
    rows = pa.table(
        {"list_id": [given.name] * len(kept), "id_key": kept, "listed_at": [ws.now()] * len(kept)}
    )
    with ws.writing():
        before = ws.warehouse.table(TABLE)
        gone = before.filter(before.list_id == given.name).select("list_id", "id_key")
        ws.warehouse.merge(TABLE, rows, by="collect", gone=gone)
    listed = ws.warehouse.table(TABLE)
    known = listed.filter(listed.list_id == given.name).semi_join(ws.warehouse.table("identities"), "id_key")
    return Kept(given.name, len(kept), int(ws.warehouse.read(known.count()).column(0)[0].as_py()), refused)


def _lines(file: Path) -> list[str]:
    """Return the first cell of every row of a file: UTF-8, or GB 18030 where it is not; `SourceError` where it cannot be read."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SourceError(
            "{file} cannot be read: {error}.",
            "Give a file that is there.",
            file=file.name,
            error=error.strerror,
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    return [row[0] if row else "" for row in csv.reader(text.splitlines())]


def _key(ws: Workspace, kind: Kind, word: str) -> str:
    """Return the identifier that a line stands for; nothing for a line that is none."""
    if kind == "key":
        return word if ":" in word else ""
    read = number(word, ws.settings.home) if kind == "phone" else email(word)
    return f"{kind}:{pseudonym(ws.secret, kind, read)}" if read else ""


KEEP_LIST = Action(
    "keep_list",
    "Keep a list of identifiers under a name that rules can ask for.",
    Listed,
    Kept,
    keep_list,
    said="kept the list {name} from {file}",
)
