"""What somebody has at hand of a person, as identifiers have it."""

from __future__ import annotations

from quanyu.tables.text.mail import email
from quanyu.tables.text.phone import number
from quanyu.workspace import Workspace, pseudonym


def keys_of(ws: Workspace, text: str) -> list[str]:
    """Return the identifiers that a text may stand for: itself, a member's number, a telephone number, a mail address.

    A telephone number is read in the workspace's country.
    """
    home = ws.settings.home
    read = {"phone": number(text, home) or number(f"+{text}", home), "email": email(text)}
    hashed = [f"{kind}:{pseudonym(ws.secret, kind, value)}" for kind, value in read.items() if value]
    return [text, f"member:{text}", *hashed]
