"""Passwords: the single home of argon2. What is kept is a hash with its parameters; stronger ones replace it at the next use."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from quanyu.errors import AccessError

HASHER = PasswordHasher()
"""The parameters of RFC 9106 for little memory (64 MiB), as the library chooses them: about a twentieth of a second each."""
AT_ONCE = threading.BoundedSemaphore(2)
"""How many passwords are looked at at once: many attempts together must not fill the memory."""
LEAST, MOST = 10, 200
"""Characters of a password."""


def hash_password(password: str, name: str = "") -> str:
    """Return the hash of a new password; raise `AccessError` for one that would be guessed soon."""
    plain = unicodedata.normalize("NFKC", password)
    if not LEAST <= len(plain) <= MOST:
        raise AccessError(
            "The password has {n} characters.",
            "Choose one of {least} to {most}; several words are easy to remember.",
            n=len(plain),
            least=LEAST,
            most=MOST,
        )
    if (
        len(set(plain)) < LEAST // 2
        or plain.casefold() in ORDINARY
        or (name and name.casefold() in plain.casefold())
    ):
        raise AccessError(
            "The password is easy to guess: it repeats itself, is on every list of common ones, or holds the name.",
            "Choose another one; several words are easy to remember.",
        )
    return fresh_hash(password)


def fresh_hash(password: str) -> str:
    """Return the hash of a password, whatever it is, with the parameters of today."""
    with AT_ONCE:
        return HASHER.hash(unicodedata.normalize("NFKC", password))


ORDINARY = frozenset(
    {
        "1234567890", "0123456789", "0987654321", "123456789a", "a123456789", "1q2w3e4r5t", "qwertyuiop", "password12",
        "password123", "password1234", "password12345", "1qaz2wsx3edc", "qwerty1234", "qwerty12345", "qwerty123456",
        "1234567891", "12345678910", "woaini1314", "woaini520520", "woaini5201314", "iloveyou123", "adminadmin", "admin12345",
        "admin123456", "administrator", "changeme123", "letmein123", "welcome123", "abcd123456", "abc1234567", "5201314520",
        "asdfghjkl1", "zxcvbnm123", "qq123456789", "abcdefghij",
    }
)  # fmt: skip
"""What lists of leaked passwords begin with, as far as they are long enough."""


def is_password(password: str, password_hash: str) -> bool:
    """Say whether a hash is that of a password; an empty hash, of somebody who is not there, takes as long and is none."""
    plain = unicodedata.normalize("NFKC", password)[: MOST + 1]
    with AT_ONCE:
        try:
            return HASHER.verify(password_hash or _of_nobody(), plain) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Say whether a hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(password_hash)


_NOBODY: dict[PasswordHasher, str] = {}


def _of_nobody() -> str:
    """Return a hash, made once with the parameters of today, that no password has."""
    if HASHER not in _NOBODY:
        _NOBODY[HASHER] = HASHER.hash("\0nobody")
    return _NOBODY[HASHER]
