"""A workspace keeps what it was told, keeps its key to itself, and is found where it was named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

import quanyu.workspace
from quanyu.errors import SettingError, WorkspaceError, WorkspaceMissingError
from quanyu.workspace import pseudonym


def test_settings_survive_on_disk(tmp_path: Path) -> None:
    told = {
        "timezone": "Europe/London",
        "currency": "GBP",
        "rfm": {"cut": "mean"},
        "quality": {"stop": {"orders.range": 0.1}},
    }
    made = quanyu.workspace.create(tmp_path / "shop", **told)
    again = quanyu.workspace.open(tmp_path / "shop")
    assert again.settings == made.settings
    assert (again.settings.rfm.cut, again.settings.quality.stop) == ("mean", {"orders.range": 0.1})


def test_the_key_is_private_and_steady(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = quanyu.workspace.create(tmp_path)
    assert stat.S_IMODE(ws.path("secret").stat().st_mode) == 0o600
    assert ws.secret == quanyu.workspace.open(tmp_path).secret
    assert ws.secret not in (tmp_path / "quanyu.toml").read_text()
    monkeypatch.setenv("QUANYU_SECRET", "ab" * 32)
    assert quanyu.workspace.open(tmp_path).secret == "ab" * 32


def test_pseudonyms_tell_values_kinds_and_keys_apart() -> None:
    seen = {
        pseudonym(key, kind, value)
        for key in ("00", "01")
        for kind in ("phone", "email")
        for value in ("1", "2")
    }
    assert len(seen) == 8
    assert all(len(value) == 32 for value in seen)


def test_a_workspace_is_made_once_and_found_where_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkspaceMissingError, match="no workspace"):
        quanyu.workspace.open(tmp_path)
    quanyu.workspace.create(tmp_path)
    with pytest.raises(WorkspaceError, match="a workspace already"):
        quanyu.workspace.create(tmp_path)
    monkeypatch.setenv("QUANYU_WORKSPACE", str(tmp_path))
    assert quanyu.workspace.open().root == tmp_path.resolve()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('timezone = "Mars"', "IANA time zone"),
        ('tmezone = "Asia/Shanghai"', "tmezone"),
        ('currency = "yuan"', "currency"),
        ("timezone = ", "TOML"),
        ('engine = "oracle"', "engine"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, said: str) -> None:
    quanyu.workspace.create(tmp_path)
    (tmp_path / "quanyu.toml").write_text(text)
    with pytest.raises(SettingError, match=said):
        quanyu.workspace.open(tmp_path)
