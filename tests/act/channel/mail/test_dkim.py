"""Signatures are those of the RFC, and those that an independent verifier takes."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from pathlib import Path

import dkim
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.act.channel.mail.dkim import Signer, body_hash, read_key, relaxed, signature
from quanyu.act.channel.mail.mime import Letterhead
from quanyu.act.channel.message import Content, Outgoing
from quanyu.errors import SettingError

PEM, RAW = serialization.Encoding.PEM, serialization.Encoding.Raw
AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)

BODY = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
HEADS = [
    (b"from", b"Joe SixPack <joe@football.example.com>"),
    (b"to", b"Suzie Q <suzie@shopping.example.net>"),
    (b"subject", b"Is dinner ready?"),
    (b"date", b"Fri, 11 Jul 2003 21:00:37 -0700 (PDT)"),
    (b"message-id", b"<20030712040037.46341.5F8J@football.example.com>"),
]
VALUE = (
    b"v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n"
    b" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n"
    b" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b="
)


def test_the_example_of_rfc_8463() -> None:
    key = Ed25519PrivateKey.from_private_bytes(
        base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    )
    assert base64.b64encode(body_hash(BODY)) == b"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    sealed = b"".join(signature(key, relaxed(HEADS), VALUE).split())
    assert (
        sealed == b"/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    )


def test_bodies_of_rfc_6376() -> None:
    """Section 3.4.5: the examples of relaxed bodies, and the hash of an empty one (section 3.4.4)."""
    assert body_hash(b" C \r\nD \t E\r\n\r\n\r\n") == hashlib.sha256(b" C\r\nD E\r\n").digest()
    assert base64.b64encode(body_hash(b"\r\n\r\n")) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@given(
    st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"b c", b".", b"  "]), max_size=30).map(b"".join)
)
def test_bodies_are_hashed_as_dkimpy_does(body: bytes) -> None:
    body += b"\r\n"
    oracle = dkim.canonicalization.Relaxed.canonicalize_body(body)
    assert body_hash(body) == hashlib.sha256(oracle).digest()


@pytest.fixture(scope="module", name="key")
def key_fixture() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def is_verified(mail: bytes, key: rsa.RSAPrivateKey) -> bool:
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return bool(dkim.verify(mail, dnsfunc=lambda _name, timeout=5: record))


@settings(max_examples=25)
@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=200))
def test_what_is_sent_is_verified_by_dkimpy(
    key: rsa.RSAPrivateKey, subject: str, text: str, html: str
) -> None:
    head = Letterhead(
        "news@shop.cn", "00" * 32, "商店, 全域", "re@shop.cn", "off@shop.cn", [Signer("shop.cn", "s1", key)]
    )
    message = Outgoing("c:mail:p1", "li@example.com", Content(subject, text, html), "https://shop.cn/u/abc")
    mail = head.mail(message, "li@example.com", AT)
    assert is_verified(mail, key)


@pytest.mark.parametrize(
    "added",
    [b"From: other@example.com", b"Subject: other", b"List-Unsubscribe: <https://evil.example>",
     b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"Reply-To: other@example.com", b"Date: Thu, 1 Jan 1970 00:00:00 +0000"],
)  # fmt: skip
def test_nobody_can_add_a_head_that_counts(key: rsa.RSAPrivateKey, added: bytes) -> None:
    head = Letterhead(
        "news@shop.cn", "00" * 32, reply_to="re@shop.cn", signers=[Signer("shop.cn", "s1", key)]
    )
    message = Outgoing("c:mail:p1", "li@example.com", Content("Hi", "text"), "https://shop.cn/u/abc")
    mail = head.mail(message, "li@example.com", AT)
    assert is_verified(mail, key)
    for changed in (added + b"\r\n" + mail, mail.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n\r\n", 1)):
        assert not is_verified(changed, key)


def test_a_mail_is_signed_by_ed25519_as_well(key: rsa.RSAPrivateKey) -> None:
    short = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signers = [Signer("shop.cn", "s2", short), Signer("shop.cn", "s1", key)]
    mail = Letterhead("news@shop.cn", "00" * 32, signers=signers).mail(
        Outgoing("k", "li@example.com", Content("Hi", "text")), "li@example.com", AT
    )
    seal, rest = re.split(rb"\r\n(?=\S)", mail, maxsplit=1)
    value, sealed = re.fullmatch(rb"DKIM-Signature: (.*\r\n b=)(.*)", seal, re.S).groups()  # type: ignore[union-attr]
    heads = [line.split(b": ", 1) for line in re.split(rb"\r\n(?=\S)", rest.partition(b"\r\n\r\n")[0])]
    signed = [(name, text) for name, text in heads if name != b"DKIM-Signature"]
    said = b"".join(name.lower() + b":" + b" ".join(text.split()) + b"\r\n" for name, text in signed)
    said += b"dkim-signature:" + b" ".join(value.split())
    short.public_key().verify(base64.b64decode(b"".join(sealed.split())), hashlib.sha256(said).digest())
    with pytest.raises(InvalidSignature):
        short.public_key().verify(base64.b64decode(sealed), hashlib.sha256(said + b"x").digest())


def test_a_key_that_cannot_sign_is_refused(tmp_path: Path) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    file = tmp_path / "key.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(weak.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain))
    assert read_key(file).key_size == 1024  # type: ignore[union-attr]
    file.write_text("no key")
    with pytest.raises(SettingError, match=r"cannot be read"):
        read_key(file)
    with pytest.raises(SettingError, match=r"cannot be read"):
        read_key(tmp_path / "none.pem")
