"""The mailbox that mail comes back to: each piece is read, told, and only then marked as seen."""

from __future__ import annotations

import datetime as dt
import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from quanyu.act.channel.mail.intake.reply import read_reply
from quanyu.act.response import Response
from quanyu.act.settings import MailSettings
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

Tell = Callable[[list[Response]], object]
ROUND = 200
"""Pieces that are told and marked together."""
MOST_BYTES = 10_000_000


def read_mailbox(ws: Workspace, tell: Tell) -> int:
    """Tell what has come back since the last time, and return how many pieces of mail there were.

    A process that dies between telling and marking tells again what it told; whoever is told keeps each response once.
    Raises `ChannelError` where there is no mailbox or it cannot be read.
    """
    given = ws.settings.of(MailSettings)
    if not given.mailbox:
        raise ChannelError(
            "No mailbox is set from which mail that came back could be read.",
            "Set mail.mailbox, such as maildir:/var/mail/shop or imaps://bounces@mail.example/INBOX",
        )
    try:
        if given.mailbox.startswith("maildir:"):
            return _maildir(ws, ws.root / given.mailbox.removeprefix("maildir:"), tell)
        with _imap(given) as box:
            return _unseen(ws, box, tell)
    except (OSError, imaplib.IMAP4.error, ssl.SSLError) as error:
        raise ChannelError(
            "The mailbox cannot be read: {error}.",
            "Check mail.mailbox and mail.mailbox_password.",
            error=str(error),
        ) from None


def _maildir(ws: Workspace, folder: Path, tell: Tell) -> int:
    """Read what is new in a maildir; what was told is moved to `cur`, marked as seen."""
    files = sorted((folder / "new").iterdir())
    for first in range(0, len(files), ROUND):
        batch = files[first : first + ROUND]
        told = (read_reply(file.read_bytes()[:MOST_BYTES], ws.secret, _came(file, ws)) for file in batch)
        tell([response for response in told if response])
        for file in batch:
            file.rename(folder / "cur" / f"{file.name.partition(':')[0]}:2,S")
    return len(files)


def _came(file: Path, ws: Workspace) -> dt.datetime:
    return min(dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC), ws.now())


@contextmanager
def _imap(given: MailSettings) -> Iterator[imaplib.IMAP4]:
    place = urlsplit(given.mailbox)
    host, seconds = place.hostname or "", given.timeout_seconds
    if place.scheme == "imaps":
        trust = ssl.create_default_context(cafile=given.ca_file or None)
        box: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, place.port or 993, ssl_context=trust, timeout=seconds)
    else:
        box = imaplib.IMAP4(host, place.port or 143, timeout=seconds)
    try:
        box.login(unquote(place.username or ""), given.mailbox_password.get_secret_value())
        status, said = box.select(unquote(place.path.strip("/")) or "INBOX")
        if status != "OK":
            raise imaplib.IMAP4.error(str(said))
        yield box
    finally:
        box.shutdown()


def _unseen(ws: Workspace, box: imaplib.IMAP4, tell: Tell) -> int:
    """Read what nobody has seen yet; it is looked at without being marked, told, and then marked."""
    _, found = box.uid("SEARCH", "UNSEEN")
    numbers = [number.decode("ascii") for number in (found[0] or b"").split()]
    for first in range(0, len(numbers), ROUND):
        batch = numbers[first : first + ROUND]
        told = []
        for number in batch:
            _, parts = box.uid("FETCH", number, "(BODY.PEEK[])")
            content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            if response := read_reply(content[:MOST_BYTES], ws.secret, ws.now()):
                told.append(response)
        tell(told)
        box.uid("STORE", ",".join(batch), "+FLAGS.SILENT", r"(\Seen)")
    return len(numbers)
