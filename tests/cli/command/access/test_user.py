"""`quanyu user` and `quanyu key`: from the first owner to a revoked key."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from quanyu.part.access import password

Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def inside(embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(embedded.root)
    monkeypatch.setattr(password, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def pipe(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    def run(*words: str, typed: str = "four words of mine\n") -> Any:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return command(*words, "--password-stdin")

    return run


def test_users_from_the_first_owner_on(command: Command, pipe: Command) -> None:
    assert "this machine only" in command("user", "list").out
    assert pipe("user", "add", "wang", "--role", "viewer").code == 19
    assert pipe("user", "add", "li", "--role", "owner", typed="short\n").code == 19
    assert pipe("user", "add", "li", "--role", "owner").out == "li: owner, may sign in\n"
    assert pipe("user", "add", "王芳", "--role", "viewer").code == 0
    assert command("user", "role", "王芳", "marketer").out == "王芳: marketer, may sign in\n"
    assert command("user", "disable", "王芳").out == "王芳: marketer, may not sign in\n"
    assert command("user", "enable", "王芳").code == 0
    assert "last owner" in command("user", "disable", "li").err
    assert pipe("user", "password", "li", typed="other words of mine\n").code == 0
    told = json.loads(command("user", "list", "--json").out)
    assert [(one["name"], one["role"], one["is_active"]) for one in told] == [
        ("li", "owner", True),
        ("王芳", "marketer", True),
    ]
    assert "looks people up to serve them" in command("user", "list").out


def test_a_password_is_typed_twice_at_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--password-stdin" in command("user", "add", "li", "--role", "owner").err
    typed = iter(["four words of mine", "four words of yours", "four words of mine", "four words of mine"])
    monkeypatch.setattr("getpass.getpass", lambda _asked: next(typed))
    monkeypatch.setattr(sys, "stdin", type("Terminal", (io.StringIO,), {"isatty": lambda _self: True})())
    assert "not the same" in command("user", "add", "li", "--role", "owner").err
    assert command("user", "add", "li", "--role", "owner").code == 0


def test_a_key_is_told_once(command: Command) -> None:
    assert "No key yet" in command("key", "list").out
    made = json.loads(command("key", "add", "report", "--role", "analyst", "--days", "30", "--json").out)
    assert made["secret"].startswith(f"qy_{made['prefix']}_")
    listed = command("key", "list")
    assert made["prefix"] in listed.out
    assert made["secret"] not in listed.out
    assert command("key", "revoke", made["prefix"]).code == 0
    assert [one["is_valid"] for one in json.loads(command("key", "list", "--json").out)] == [False]
    assert command("key", "revoke", "none").code == 19
    assert "Keep it now" in command("key", "add", "report", "--role", "viewer").out
