"""Passwords that cost little: the parameters of tests."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from quanyu.part.access import password


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(password, "HASHER", hasher)
    return hasher
