"""Find people by what a member of staff has at hand: an id, a name, a phone number or a mail address."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.tables.text.mail import email
from quanyu.tables.text.mask import mask_email, mask_name, mask_phone
from quanyu.tables.text.phone import number
from quanyu.workspace import Workspace, pseudonym


@dataclass(frozen=True)
class Hit:
    """A person found, with personal values masked."""

    person_id: str
    name: str
    phone: str
    email: str
    region: str
    city: str
    member_tier: str


def search(ws: Workspace, text: str, limit: int = 20) -> list[Hit]:
    """Return people whose id, identifier, phone or mail is `text`, or whose name begins with it.

    Phone numbers and mails are looked up by their keyed hash, so any identifier of the person is found. A number
    that does not say its country is one of the workspace's country, else its digits begin with their country code.
    An empty text gives the first people by id.
    """
    wanted = text.strip()
    people = ws.warehouse.table("people")
    rows = people if not wanted else people.filter(_matches(ws, people, wanted))
    shown = ("person_id", "name", "phone", "email", "region", "city", "member_tier")
    records = ws.warehouse.read(rows.select(*shown).order_by("person_id").limit(limit)).to_pylist()
    masks = {"name": mask_name, "phone": mask_phone, "email": mask_email}
    return [Hit(**{name: masks.get(name, _text)(value) for name, value in row.items()}) for row in records]


def _matches(ws: Workspace, people: ir.Table, text: str) -> ir.BooleanValue:
    identities = ws.warehouse.table("identities")
    owners = ws.warehouse.read(
        identities.filter(identities.id_key.isin(_keys(ws, text))).select("person_id").limit(200)
    )
    ids = [text, *owners["person_id"].to_pylist()]
    return people.person_id.isin(ids) | people.name.startswith(text).fill_null(ibis.literal(False))


def _keys(ws: Workspace, text: str) -> list[str]:
    """Return the identifiers that a text may stand for; a telephone number is read in the workspace's country."""
    home = ws.settings.home
    read = {"phone": number(text, home) or number(f"+{text}", home), "email": email(text)}
    hashed = [f"{kind}:{pseudonym(ws.secret, kind, value)}" for kind, value in read.items() if value]
    return [text, f"member:{text}", *hashed]


def _text(value: str | None) -> str:
    return value or ""
