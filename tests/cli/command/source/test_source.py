"""`quanyu source`: a key and snippets are printed, listed and revoked."""

from __future__ import annotations

import json


def test_a_source_is_added_listed_and_revoked(command, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("init", ".").code == 0
    assert "No source yet" in command("source", "list").out
    said = command("source", "add", "shop", "--kind", "browser")
    listed = json.loads(command("source", "list", "--json").out)
    key = listed[0]["write_key"]
    assert said.code == 0 and said.out.startswith(f"Write key: {key}\n") and f'data-key="{key}"' in said.out
    assert command("source", "add", "shop", "--kind", "segment").code == 19
    assert key in command("source", "list").out
    assert "Revoked: shop" in command("source", "revoke", "shop").out
    assert command("source", "revoke", "shop").code == 19
    told = json.loads(command("source", "add", "shop", "--kind", "sensors", "--json").out)
    assert told["is_valid"] and "token=" in told["snippets"][0]["code"]
