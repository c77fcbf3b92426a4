"""Signatures as RFC 6376 and RFC 8463 have them, judged by dkimpy."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.act.channel import Content, Outgoing
from quanyu.act.channel.mail.address import Address
from quanyu.act.channel.mail.compose import Origin
from quanyu.act.channel.mail.dkim import Signer, read_signer, relaxed_body
from quanyu.errors import ChannelError

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
RFC_KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
RFC_BODY = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
RFC_SIGNED = "\r\n".join([
    "from:Joe SixPack <joe@football.example.com>",
    "to:Suzie Q <suzie@shopping.example.net>",
    "subject:Is dinner ready?",
    "date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)",
    "message-id:<20030712040037.46341.5F8J@football.example.com>",
    "dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; i=@football.example.com; q=dns/txt; "
    "s=brisbane; t=1528637909; h=from : to : subject : date : message-id : from : subject : date; "
    "bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=",
])  # fmt: skip
RFC_SEAL = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="


@pytest.fixture(scope="module")
def keys() -> dict[str, Any]:
    return {"rsa": shared(), "ed25519": ed25519.Ed25519PrivateKey.generate()}


@cache
def shared() -> Any:
    return rsa.generate_private_key(65_537, 1_024)


def headers_of(message: bytes) -> list[tuple[str, str]]:
    head = message.partition(b"\r\n\r\n")[0].decode()
    pairs = [line.partition(":") for line in re.split(r"\r\n(?! )", head)]
    return [(name, value) for name, _, value in pairs if name != "DKIM-Signature"]


def record(key: Any, kind: str) -> bytes:
    public = key.public_key()
    raw = (
        public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        if kind == "ed25519"
        else public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    return b"v=DKIM1; k=" + kind.encode() + b"; p=" + base64.b64encode(raw)


def signed(key: Any, text: str = "Hi", subject: str = "你好，双11", reply_to: Address | None = None) -> bytes:
    origin = Origin(
        Address("news", "shop.example"),
        '李雷 "Shop"',
        "00" * 32,
        reply_to,
        signer=Signer("shop.example", "q", key),
    )
    content = Content(subject, text, f"<p>  {text}\t</p>\n\n")
    return origin.message(
        Outgoing("c7:1", "a@b.cn", content, f"https://shop.example/u/{'x' * 300}"), Address("a", "b.cn"), AT
    )


def is_good(message: bytes, key: Any, kind: str) -> bool:
    place = b"q._domainkey.shop.example"
    return bool(
        dkim.verify(
            message, dnsfunc=lambda name, timeout=5: record(key, kind) if name.startswith(place) else None
        )
    )


def test_the_vector_of_rfc_8463() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(RFC_KEY))
    assert base64.b64encode(hashlib.sha256(relaxed_body(RFC_BODY)).digest()).decode() in RFC_SIGNED
    assert base64.b64encode(Signer("", "", key)._seal(RFC_SIGNED.encode())).decode() == RFC_SEAL


@pytest.mark.parametrize("reply_to", [None, Address("help", "shop.example")])
def test_dkimpy_believes_it_and_nothing_that_was_changed(
    keys: dict[str, Any], reply_to: Address | None
) -> None:
    kind = "rsa"
    message = signed(keys[kind], reply_to=reply_to)
    assert is_good(message, keys[kind], kind)
    for old, new in (
        (b"One-Click", b"Two-Click"),
        (b"/u/xx", b"/u/yx"),
        (b"From: ", b"From: X"),
        (b"a@b.cn", b"c@b.cn"),
    ):
        assert old in message
        assert not is_good(message.replace(old, new), keys[kind], kind)
    for more in (
        b"From: evil@x.cn",
        b"Subject: other",
        b"List-Unsubscribe: <https://evil.cn>",
        b"Reply-To: evil@x.cn",
    ):
        assert not is_good(more + b"\r\n" + message, keys[kind], kind)


@settings(max_examples=40)
@given(text=st.text(st.characters(codec="utf-8"), max_size=200), subject=st.text(max_size=80))
def test_any_text_is_signed_rightly(text: str, subject: str) -> None:
    assert is_good(signed(shared(), text, subject), shared(), "rsa")


def test_ed25519_seals_the_hash_of_what_rsa_seals(keys: dict[str, Any]) -> None:
    key = keys["ed25519"]
    head = signed(key).partition(b"\r\nFrom: ")[0].decode()
    body = signed(key).partition(b"\r\n\r\n")[2]
    lines = Relaxed.canonicalize_headers(
        [tuple(part.encode() for part in header) for header in headers_of(signed(key))]
    )
    by_name = {name: name + b":" + value for name, value in lines}
    names = re.sub(r"\s", "", re.search(r"h=(.*?);", head, re.S)[1]).encode().split(b":")  # type: ignore[index]
    content = b"".join(by_name.pop(name, b"") for name in names)
    unsealed = re.sub(r"b=[^;]*$", "b=", " ".join(head.split()).partition(": ")[2])
    content += b"dkim-signature:" + unsealed.encode()
    seal = base64.b64decode(re.sub(r"\s", "", re.search(r" b=([^;]*)$", head, re.S)[1]))  # type: ignore[index]
    key.public_key().verify(seal, hashlib.sha256(content).digest())
    digest = base64.b64encode(hashlib.sha256(Relaxed.canonicalize_body(body)).digest()).decode()
    assert f"bh={digest};" in head


def test_bodies_are_made_simple_as_dkimpy_does() -> None:
    for body in (b"", b"\r\n\r\n", b" \r\n", b"a  b\t c \t\r\n\r\n", b"\ta\r\n \r\n\r\n", b"a", b" a \r\nb"):
        expected = Relaxed.canonicalize_body(body)
        assert relaxed_body(body) == (
            expected if expected.endswith(b"\r\n") or not expected else expected + b"\r\n"
        ), body


def test_keys_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    curve = ec.generate_private_key(ec.SECP256R1())
    for content in (b"no key", curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())):
        file.write_bytes(content)
        with pytest.raises(ChannelError, match="DKIM key"):
            read_signer("shop.example", "q", file)
    with pytest.raises(ChannelError, match="cannot be read"):
        read_signer("shop.example", "q", tmp_path / "none.pem")
