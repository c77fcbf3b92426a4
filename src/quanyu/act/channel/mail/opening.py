"""Opening a line to the mail server of a shop: greeting, TLS, login; and what is wrong where none opens."""

from __future__ import annotations

import smtplib
import socket
import ssl

from quanyu.act.channel.mail.sender import FaultyLineError
from quanyu.act.channel.message import Status
from quanyu.act.settings import MailSettings

PORTS = {"starttls": 587, "ssl": 465, "none": 25}


def opened(settings: MailSettings) -> smtplib.SMTP:
    """Return a line that takes messages. Raises `FaultyLineError`: `configuration` for what only people mend."""
    try:
        return _greeted(settings)
    except smtplib.SMTPResponseException as error:
        is_refused = error.smtp_code >= 500
        said = (
            error.smtp_error.decode("utf-8", "replace")
            if isinstance(error.smtp_error, bytes)
            else error.smtp_error
        )
        reason = "login" if isinstance(error, smtplib.SMTPAuthenticationError) else "refused"
        status: Status = "configuration" if is_refused else "later"
        raise FaultyLineError(status, reason, f"{error.smtp_code} {said}"[:400]) from None
    except smtplib.SMTPNotSupportedError as error:
        raise FaultyLineError("configuration", "unsupported", str(error)) from None
    except ssl.SSLError as error:
        raise FaultyLineError("configuration", "certificate", str(error)) from None
    except socket.gaierror as error:
        is_unknown = error.errno == socket.EAI_NONAME
        raise FaultyLineError("configuration" if is_unknown else "later", "unreachable", str(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise FaultyLineError("later", "unreachable", str(error)) from None


def _greeted(settings: MailSettings) -> smtplib.SMTP:
    secure = ssl.create_default_context(cafile=settings.ca_file or None)
    port = settings.port or PORTS[settings.security]
    name = settings.hello_name or settings.from_address.rpartition("@")[2]
    wait = settings.timeout_seconds
    if settings.security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, port, name, timeout=wait, context=secure)
    else:
        server = smtplib.SMTP(settings.host, port, name, timeout=wait)
    try:
        server.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            server.starttls(context=secure)
            server.ehlo_or_helo_if_needed()
        if settings.user:
            server.login(settings.user, settings.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server
