"""Mail by a real server: TLS, login, signatures, pace; and what must be set up before."""

from __future__ import annotations

import datetime as dt
import email
import gc
import ipaddress
import socket
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from bench.mail_sink import Sink
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from quanyu.act.channel import Content, Outcome, Outgoing, channel_named
from quanyu.act.settings import MailSettings
from quanyu.workspace import Workspace

LI = Outgoing("back:mail:p1", "li@qq.com", Content("双十一", "您好", "<p>您好</p>"), "https://shop.cn/u/a")
PLAIN = serialization.NoEncryption()


class Box:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return f"250 2.0.0 Ok: queued as Q{len(self.taken)}"


@pytest.fixture(scope="module", name="certificate")
def certificate_fixture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key and a certificate of 127.0.0.1, as files."""
    folder = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
        .add_extension(here, critical=False).add_extension(x509.BasicConstraints(True, 0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "key.pem", folder / "cert.pem"
    files[0].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, PLAIN)
    )
    files[1].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return files


@pytest.fixture(name="box")
def box_fixture() -> Box:
    return Box()


@pytest.fixture(name="server")
def server_fixture(box: Box, certificate: tuple[Path, Path]) -> Iterator[Controller]:
    """A server that wants TLS and a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1], certificate[0])
    known = lambda _server, _session, _envelope, _kind, data: AuthResult(  # noqa: E731
        success=data.login == b"shop" and data.password == b"geheim", handled=False
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(
        box,
        "127.0.0.1",
        port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=known,
    )
    server.start()
    yield server
    server.stop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # aiosmtpd leaves lines that were turned into TLS to the collector
        del server
        gc.collect()


def shop(ws: Workspace, **settings: Any) -> Workspace:
    given = {"host": "127.0.0.1", "from_address": "news@shop.cn"} | settings
    return replace(ws, settings=ws.settings.model_copy(update={"mail": MailSettings(**given)}))


def send(ws: Workspace, *messages: Outgoing) -> list[Outcome]:
    opens = channel_named("mail").open
    assert opens
    sender = opens(ws)
    try:
        return list(sender.send(messages, lambda _: None))
    finally:
        sender.close()


def test_mail_goes_by_tls_with_a_login_and_a_signature(
    embedded: Workspace, box: Box, server: Controller, certificate: tuple[Path, Path]
) -> None:
    given: dict[str, Any] = {
        "port": server.port, "user": "shop", "password": "geheim", "ca_file": str(certificate[1]), "bounce_address": "back@shop.cn",
        "dkim_keys": {"s1": str(certificate[0])},
    }  # fmt: skip
    ws = shop(embedded, **given)
    (outcome,) = send(ws, LI)
    assert (outcome.status, outcome.receipt) == ("delivered", "Q1")
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("back@shop.cn", ["li@qq.com"])
    message = email.message_from_bytes(envelope.content or b"")
    assert "s=s1" in message["DKIM-Signature"] and "d=shop.cn" in message["DKIM-Signature"]
    assert message["Date"] == ws.now().strftime("%a, %d %b %Y %H:%M:%S +0000")

    wrong = shop(embedded, **given | {"password": "falsch"})
    (outcome,) = send(wrong, LI)
    assert (outcome.status, outcome.reason) == ("configuration", "login")
    assert "falsch" not in repr(outcome) and "falsch" not in repr(wrong.settings)
    (outcome,) = send(shop(embedded, **given | {"ca_file": ""}), LI)
    assert (outcome.status, outcome.reason) == ("configuration", "certificate")
    assert len(box.taken) == 1


def test_a_new_sender_begins_slowly_and_each_provider_has_its_own_pace(embedded: Workspace) -> None:
    def mail(number: int, domain: str) -> Outgoing:
        return replace(LI, key=f"back:mail:p{number}", contact=f"p{number}@{domain}")

    with Sink() as sink:
        slow = {"port": sink.port, "security": "none", "per_minute": {"qq": 2, "*": 5}}
        ws = shop(embedded, **slow)
        got = send(ws, *(mail(n, "foxmail.com" if n % 2 else "qq.com") for n in range(4)), mail(9, "x.cn"))
        assert sorted(outcome.status for outcome in got) == ["delivered"] * 3 + ["later"] * 2
        assert {outcome.after_seconds for outcome in got if outcome.status == "later"} == {60.0}
        assert [outcome.status for outcome in send(ws, mail(10, "qq.com"))] == ["later"], (
            "another process, the same minute"
        )

        warm = {"port": sink.port, "security": "none", "warm_up_from": ws.today(), "warm_up": (3, 6)}
        got = send(shop(embedded, **warm), *(mail(n, "gmail.com") for n in range(9)))
        assert [outcome.status for outcome in got].count("delivered") == 3
        (late,) = {outcome.after_seconds for outcome in got if outcome.status == "later"}
        assert late == 12 * 3600, "noon in Shanghai: until midnight there"
        warm["warm_up_from"] = ws.today() - dt.timedelta(days=2)
        got = send(shop(embedded, **warm), *(mail(n, "gmail.com") for n in range(9)))
        assert {outcome.status for outcome in got} == {"delivered"}, "the sender is known by now"


def test_what_is_missing_is_said_before_anything_goes(embedded: Workspace) -> None:
    mail = channel_named("mail")
    assert mail.missing and mail.faults
    assert mail.missing(embedded) == [
        f"the setting mail.{name} is missing" for name in ("host", "from_address")
    ]
    ws = shop(embedded)
    assert mail.missing(ws) == [] and mail.faults(ws, LI.content) == []
    assert mail.faults(ws, Content()) == ["The mail has no subject.", "The mail says nothing."]
    assert "mail.host" in mail.faults(embedded, LI.content)[0]
