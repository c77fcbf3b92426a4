"""The loop step `consents`: what people told the shop itself becomes rows beside what files say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from quanyu import ledger
from quanyu.ledger import ConsentEntry, Suppression
from quanyu.part.step import Step
from quanyu.part.told_consent import OWN, told_consents
from quanyu.tables import contract
from quanyu.tables.owned.people import MARKETING, PERSONALISATION
from quanyu.text import Sentence
from quanyu.workspace import Workspace

WILL = ("opted_out", "complained")
"""Reasons that a later yes with a proof takes off the list."""


def waiting(ws: Workspace) -> str:
    """Say how many decisions wait to be brought in, or nothing."""
    n = ledger.count_unmerged(ws.ledger)
    return Sentence("{n} decisions of people about messages wait", n=n) if n else ""


def consents(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Bring decisions from the ledger into `consents`, and what they say of personalisation into `members`.

    The contacts that decisions are about are known only here where they came by a link: they come on the list of suppressions,
    or off it. A turn killed anywhere does the same again.
    """
    told = told_consents(ws)
    if told.entries:
        ws.warehouse.merge("consents", told.rows, by="collect")
    choices = [entry for entry in told.entries if entry.purpose == PERSONALISATION]
    if choices:
        ws.warehouse.merge("members", _choices(choices), by="collect")
    with ws.ledger.begin() as connection:
        for entry in told.entries:
            if entry.purpose == MARKETING:
                _settle(connection, entry)
        ledger.mark_merged(connection, told.serial)
    return {"n_decisions": len(told.entries)}


def _choices(entries: list[ConsentEntry]) -> pa.Table:
    """Return rows of `members` that say who wants no personal choice; of several words of one contact the newest counts."""
    newest = {entry.id_key: entry for entry in sorted(entries, key=lambda entry: entry.decided_at)}
    rows = [
        {"id_key": key, "source": OWN, "is_personalised": entry.is_granted, "seen_at": entry.decided_at}
        for key, entry in newest.items()
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(contract("members").schema.to_pyarrow()))


def _settle(connection: Any, entry: ConsentEntry) -> None:
    if not entry.is_granted:
        no = Suppression(entry.id_key, entry.channel, "opted_out", entry.decided_at, entry.source)
        ledger.add_suppressions(connection, [no])
    elif entry.proof:
        ledger.drop_suppressions(
            connection, entry.id_key, entry.channel, reasons=WILL, before=entry.decided_at
        )


STEP = Step(
    "consents",
    "Bring in what people said about messages",
    (),
    ("consents", "members"),
    consents,
    waiting=waiting,
    earlier=("messages", "identities"),
)
