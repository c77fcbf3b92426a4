"""Opening a connection: greeting, privacy, name and password; and what it means that one cannot be opened."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from functools import cache
from pathlib import Path

from quanyu.act.channel.mail.connection import Connection
from quanyu.act.channel.message import Outcome, Outgoing, Status
from quanyu.act.settings import MailSettings

WAIT_SECONDS = 60.0
"""How long messages wait while a server cannot be reached."""


class ClosedError(Exception):
    """No connection could be opened; `outcome` is what becomes of every message that would go over it."""

    def __init__(self, status: Status, reason: str, detail: str) -> None:
        super().__init__(detail)
        wait = WAIT_SECONDS if status == "later" else 0
        self.outcome = Outcome("", status, reason, detail, after_seconds=wait)


def open_connection(given: MailSettings, name: str, begin: Callable[[Outgoing], None]) -> Connection:
    """Return a connection to the server of the settings, greeted as `name`. Raises `ClosedError`."""
    try:
        smtp = _signed_in(given, name)
    except smtplib.SMTPAuthenticationError as error:
        status: Status = "configuration" if error.smtp_code >= 500 else "later"
        raise ClosedError(status, "sign_in_refused", _told(error)) from None
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        raise ClosedError("configuration", "line_not_private", str(error)) from None
    except smtplib.SMTPResponseException as error:
        status = "configuration" if error.smtp_code >= 500 else "later"
        raise ClosedError(
            status, "refused" if status == "configuration" else "throttled", _told(error)
        ) from None
    except socket.gaierror as error:
        is_passing = error.errno == socket.EAI_AGAIN
        raise ClosedError("later" if is_passing else "configuration", "server_unknown", str(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise ClosedError("later", "unreachable", str(error)) from None
    assert smtp.sock is not None
    smtp.sock.setblocking(False)
    return Connection(
        sock=smtp.sock,
        begin=begin,
        is_pipelined=smtp.has_extn("pipelining"),
        silence=given.timeout_seconds,
        n_left=given.messages_per_connection,
        is_utf8=smtp.has_extn("smtputf8"),
    )


def _signed_in(given: MailSettings, name: str) -> smtplib.SMTP:
    seconds = given.timeout_seconds
    if given.security == "tls":
        trust = trusted(given.ca_file)
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(given.host, given.port, name, timeout=seconds, context=trust)
    else:
        smtp = smtplib.SMTP(given.host, given.port, name, timeout=seconds)
    try:
        smtp.ehlo_or_helo_if_needed()
        if given.security == "starttls":
            smtp.starttls(context=trusted(given.ca_file))
            smtp.ehlo()
        if given.user:
            smtp.login(given.user, given.password.get_secret_value())
        assert smtp.sock is not None
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        smtp.close()
        raise
    return smtp


@cache
def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Return whose certificates are believed: those of the system, and those of a file."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _told(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
