"""Uploaded lists: what is kept, what is none, and that no phone leaves in clear."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from quanyu import ledger
from quanyu.collect.listed import KEEP_LIST
from quanyu.errors import SourceError
from quanyu.part.action import Caller, perform
from quanyu.rule import Asking, members, parse
from quanyu.workspace import Workspace, pseudonym

ME = Caller("li")


def written(folder: Path, text: bytes) -> Path:
    file = folder / "list.csv"
    file.write_bytes(text)
    return file


def test_a_list_is_kept_as_hashes_and_found_by_rules(embedded: Workspace, tmp_path: Path) -> None:
    ws = embedded
    keys = [
        f"phone:{pseudonym(ws.secret, 'phone', number)}" for number in ("+8613800000001", "+8613800000009")
    ]
    known = {"id_key": [keys[0], "jd:7"], "kind": ["phone", "jd"], "person_id": ["p1", "p2"]}
    ws.warehouse.replace("identities", pa.table(known), by="collect")
    ws.warehouse.replace("people", pa.table({"person_id": ["p1", "p2"]}), by="collect")
    file = written(
        tmp_path,
        "手机,姓名\n138 0000 0001,王\n\n12345,李\n13800000009,\n138-0000-0001,王\n".encode("gb18030"),
    )
    kept = perform(ws, KEEP_LIST, {"name": "guests", "kind": "phone", "file": file}, ME)
    assert (kept.n_kept, kept.n_known, kept.refused) == (2, 1, (4,))
    rows = ws.warehouse.read(ws.warehouse.table("list_members")).to_pylist()
    assert {row["id_key"] for row in rows} == set(keys)
    said = json.dumps([edit.after for edit in ledger.list_edits(ws.ledger)])
    assert "list.csv" in said and "0001" not in said
    found = ws.warehouse.read(members(parse("in list guests"), Asking.of(ws, ws.today())))
    assert found["person_id"].to_pylist() == ["p1"]


def test_a_list_of_the_same_name_takes_the_place_of_the_first(embedded: Workspace, tmp_path: Path) -> None:
    for text in (b"jd:1\njd:2\n", b"jd:2\njd:3\n"):
        perform(embedded, KEEP_LIST, {"name": "a", "kind": "key", "file": written(tmp_path, text)}, ME)
    perform(embedded, KEEP_LIST, {"name": "b", "kind": "key", "file": written(tmp_path, b"jd:1")}, ME)
    rows = embedded.warehouse.read(embedded.warehouse.table("list_members")).to_pylist()
    assert sorted((row["list_id"], row["id_key"]) for row in rows) == [
        ("a", "jd:2"),
        ("a", "jd:3"),
        ("b", "jd:1"),
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("phone", b"phone\n12\n"), ("email", b"not a mail\n"), ("key", b""), ("key", b"\x00\xff")],
)
def test_a_file_without_identifiers_is_refused(
    embedded: Workspace, tmp_path: Path, kind: str, text: bytes
) -> None:
    with pytest.raises(SourceError, match="holds no"):
        perform(embedded, KEEP_LIST, {"name": "a", "kind": kind, "file": written(tmp_path, text)}, ME)
    assert not embedded.warehouse.count("list_members")
