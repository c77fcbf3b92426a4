"""Passwords: hashed by argon2, refused where they would be guessed, hashed anew where parameters change."""

from __future__ import annotations

import argon2
import pytest

from quanyu.errors import AccessError
from quanyu.part.access import password
from quanyu.part.access.password import fresh_hash, hash_password, is_outdated, is_password

GOOD = "four words of mine"


def test_what_is_kept_is_a_hash_of_argon2id_that_the_library_knows() -> None:
    kept = hash_password(GOOD)
    assert kept.startswith("$argon2id$") and GOOD not in kept and kept != hash_password(GOOD)
    assert argon2.PasswordHasher().verify(kept, GOOD)
    assert is_password(GOOD, kept) and not is_password(GOOD + " ", kept)


def test_the_parameters_of_the_product_are_those_of_the_rfc(monkeypatch) -> None:
    monkeypatch.undo()
    parameters = argon2.extract_parameters(password.HASHER.hash("x"))
    assert parameters == argon2.profiles.RFC_9106_LOW_MEMORY


def test_a_password_is_the_same_however_its_letters_are_made_up() -> None:
    assert is_password("cafe\u0301 au lait noir", hash_password("caf\u00e9 au lait noir"))
    assert is_password("ｐassword of mine", hash_password("password of mine"))


def test_nobody_has_a_password(cheap) -> None:
    assert not is_password("", "") and not is_password("\0nobody", "") and not is_password(GOOD, "no hash")


def test_a_hash_with_other_parameters_is_outdated(monkeypatch) -> None:
    kept = fresh_hash(GOOD)
    assert not is_outdated(kept)
    monkeypatch.setattr(password, "HASHER", argon2.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert is_outdated(kept) and is_password(GOOD, kept)


@pytest.mark.parametrize(
    "weak", ["short", "x" * 201, "aaaaaaaaaaaaaaa", "1234567890", "Password123", "i am LiLei here"]
)
def test_what_would_be_guessed_is_refused(weak: str) -> None:
    with pytest.raises(AccessError):
        hash_password(weak, "lilei")
