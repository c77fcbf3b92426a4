"""A workspace keeps what it was told, keeps its key to itself, and is found where it was named."""

from __future__ import annotations

import os
import shutil
import stat
import time
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pytest

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.errors import DamageError, SettingError, WorkspaceError, WorkspaceMissingError
from quanyu.settings import Settings, frame
from quanyu.workspace import pseudonym
from quanyu.workspace.sweep import IDLE_SECONDS


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
    assert quanyu.workspace.create(tmp_path / "other").secret == "ab" * 32


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


def test_time_zones_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command reads settings, and each look at the zones opens hundreds of files."""
    assert frame.zone_names() == zoneinfo.available_timezones()
    monkeypatch.setattr(frame, "available_timezones", None)
    assert Settings(timezone="Europe/London").timezone == "Europe/London"


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


@pytest.mark.parametrize("key", ["", "ab", "ab" * 31, "xy" * 32, "店" * 64, "ab" * 16 + "\n" + "ab" * 16])
def test_what_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    ws = quanyu.workspace.create(tmp_path)
    ws.path("secret").write_text(key, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"key|cannot be read"):
        _ = ws.secret
    ws.close()


def test_another_key_is_refused_before_anything_is_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = quanyu.workspace.create(tmp_path)
    key = ws.secret
    ws.close()
    ws.path("secret").write_text("ab" * 32, encoding="ascii")
    again = quanyu.workspace.open(tmp_path)
    with pytest.raises(WorkspaceError, match=r"not the one[\s\S]*Restore \.quanyu/secret"):
        _ = again.secret
    again.close()
    monkeypatch.setenv("QUANYU_SECRET", key)
    restored = quanyu.workspace.open(tmp_path)
    assert restored.secret == key
    restored.close()


def test_a_key_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    ws = quanyu.workspace.create(tmp_path)
    _ = ws.secret
    ws.close()
    ws.path("secret").unlink()
    again = quanyu.workspace.open(tmp_path)
    with pytest.raises(WorkspaceError, match="has 0 characters"):
        _ = again.secret
    again.close()
    (tmp_path / "quanyu.toml").unlink()
    with pytest.raises(WorkspaceError, match="not the key they were made with"):
        quanyu.workspace.create(tmp_path)


def test_what_a_workspace_holds_is_closed_to_others(tmp_path: Path) -> None:
    ws = quanyu.workspace.create(tmp_path / "shop")
    ws.path("secret").chmod(0o644)
    _ = ws.secret
    for path in (ws.root, ws.root / "tables", ws.path(), ws.path("secret")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    ws.close()


def test_a_ledger_of_another_workspace_is_refused_and_can_be_adopted(tmp_path: Path) -> None:
    url = f"sqlite:///{quote(str(tmp_path / 'shared.db'))}"
    first, second = (quanyu.workspace.create(tmp_path / name, ledger_url=url) for name in ("a", "b"))
    first.ledger.close()
    with pytest.raises(WorkspaceError, match="another workspace"):
        _ = second.ledger
    second.adopt()
    second.ledger.close()
    with pytest.raises(WorkspaceError, match=r"ledger_url[\s\S]*quanyu adopt"):
        _ = quanyu.workspace.open(tmp_path / "a").ledger


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_a_lost_ledger_does_not_begin_anew_in_silence(tmp_path: Path, lose: Callable[[Path], object]) -> None:
    ws = quanyu.workspace.create(tmp_path / "shop")
    with ws.writing():
        ws.warehouse.append("stores", pa.table({"store_id": ["s"], "name": ["n"]}), by="collect")
    ws.close()
    lose(ws.path("ledger.db"))
    again = quanyu.workspace.open(ws.root)
    assert again.warehouse.count("stores") == 1
    with (
        pytest.raises(DamageError, match=r"ledger of this workspace is gone or empty[\s\S]*quanyu adopt"),
        again.writing(),
    ):
        pass
    again.adopt()
    with again.writing():
        assert ledger.list_marks(again.ledger)["stores"].n_rows == 1
    again.close()


def test_a_copy_of_a_workspace_goes_on_with_its_own_ledger(tmp_path: Path) -> None:
    ws = quanyu.workspace.create(tmp_path / "a")
    key = ws.secret
    ws.close()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / ".quanyu" / "id").unlink()
    copy = quanyu.workspace.open(tmp_path / "b")
    assert copy.secret == key
    copy.close()


def test_what_a_killed_process_left_is_removed_once_nobody_can_be_at_it(tmp_path: Path) -> None:
    ws = quanyu.workspace.create(tmp_path / "shop")
    long_ago = time.time() - 2 * IDLE_SECONDS
    left = [
        ws.path("tmp", "scratch-1", "a", "b.parquet"),
        ws.path("drain", "2", "events.parquet"),
        ws.path("tmp", "3.tmp"),
    ]
    left.append(ws.warehouse.root / ".staged" / "4" / "rows.parquet")
    at_work = [ws.path("tmp", "scratch-5", "a", "new.parquet"), ws.path("kept", "rfm", "6.parquet")]
    for file in (*left, *at_work):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for entry in [entry for folder in (ws.path(), ws.warehouse.root) for entry in folder.rglob("*")]:
        os.utime(entry, (long_ago, long_ago))
    at_work[0].touch()  # its folders have not changed for a day, it has
    loop.run(ws, only="visits")
    assert [file for file in left if file.exists()] == []
    assert [file for file in at_work if not file.exists()] == []
    assert not any(ws.path("tmp", name).exists() for name in ("scratch-1", "3.tmp"))
    ws.close()
