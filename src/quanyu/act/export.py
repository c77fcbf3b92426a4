"""What leaves the house: one file per campaign or budget, written whole or not at all, the same every time."""

from __future__ import annotations

import csv
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ibis
import ibis.expr.types as ir

from quanyu.act.contact import contacts
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.workspace import Workspace

MARK = "\ufeff"
"""The byte order mark by which spreadsheet programs know UTF-8."""


def folder(ws: Workspace) -> Path:
    """Return the folder of files that leave the house, closed to other users of the machine."""
    path = ws.root / "exports"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def write_campaign(ws: Workspace, campaign_id: str, design: CampaignDesign) -> Path:
    """Write the people of a campaign who wait to be handed over, in the order of their ids, and return the file.

    A list holds name, contact and why they were chosen; a file for ad platforms only hashes of contacts:
    SHA-256 of the phone in E.164 form, MD5 of its national digits, SHA-256 of the mail address in lower case.
    """
    rows = ws.warehouse.table("deliveries")
    rows = rows.filter(rows.campaign_id == campaign_id, rows.status == "pending").select("person_id", "why")
    shown = _hashed(ws, rows) if design.kind == "ads" else _listed(ws, rows, design.channel)
    file = folder(ws) / f"{campaign_id}.csv"
    with _whole(file) as stream:
        writer = csv.writer(stream)
        writer.writerow(shown.columns)
        for batch in ws.warehouse.stream(shown.order_by(shown.columns[0])):
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return file


def write_rows(ws: Workspace, name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write a few rows as a file of a name and return it."""
    file = folder(ws) / f"{name}.csv"
    with _whole(file) as stream:
        writer = csv.DictWriter(stream, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)
    return file


def _listed(ws: Workspace, rows: ir.Table, channel: str) -> ir.Table:
    people = ws.warehouse.table("people").select("person_id", "name")
    named = rows.left_join(people, "person_id").select(*rows.columns, "name")
    reached = named.inner_join(contacts(ws, channel), "person_id")
    # Spreadsheet programs turn +86138... into a number and =... into a formula.
    contact = _national(reached.contact)
    return reached.select(
        "person_id",
        name=_inert(reached.name.fill_null("")),
        contact=_contact(contact),
        why=_inert(reached.why),
    )


def _hashed(ws: Workspace, rows: ir.Table) -> ir.Table:
    people = ws.warehouse.table("people").select("person_id", "phone", "email")
    named = rows.inner_join(people, "person_id")
    national = _national(named.phone)
    hashes = named.select(
        phone_sha256=named.phone.hexdigest("sha256").fill_null(""),
        phone_md5=national.hexdigest("md5").fill_null(""),
        email_sha256=named.email.strip().lower().hexdigest("sha256").fill_null(""),
    )
    return hashes.order_by("phone_sha256", "email_sha256")


def _national(phone: ir.StringValue) -> ir.StringValue:
    """Return a Chinese phone number without its country code, and anything else as it is."""
    return ibis.ifelse(phone.startswith("+86"), phone.substr(3), phone)


def _contact(contact: ir.StringValue) -> ir.StringValue:
    """Return a contact that no spreadsheet runs; a phone number stays as senders read it, for it is only digits."""
    return ibis.ifelse(contact.re_search(r"^\+[0-9]{7,15}$"), contact, _inert(contact))


def _inert(text: ir.StringValue) -> ir.StringValue:
    return ibis.ifelse(text.re_search(r"^[=+@\t\r-]"), ibis.literal("'") + text, text)


@contextmanager
def _whole(file: Path) -> Iterator[IO[str]]:
    """Give a stream whose content becomes the file when the block ends well, and vanishes otherwise."""
    part = file.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="", opener=_private) as stream:
            stream.write(MARK)
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
