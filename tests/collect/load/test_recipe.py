"""Files that look alike share their compiled steps in a process; whatever else a reading depends on tells them apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.conftest import NOW

from quanyu.collect.load.load import load
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace

NEXT_YEAR = dt.datetime(2027, 11, 20, 4, 0, tzinfo=dt.UTC)
LAYOUT = 'match = ["No", "When", "Sum"]\n[orders]\norder_id = "No"\nordered_at = "When"\nstatus = { value = "paid" }\n'
TILL = "No,When,Sum\n1,2027-06-01 10:00,5.00\n2,2024-06-01 10:00,7.00\n"


def loaded(ws: Workspace, file: Path, more: str) -> tuple[object, ...]:
    (ws.root / "layouts").mkdir()
    (ws.root / "layouts" / "till.toml").write_text(LAYOUT + more, "utf-8")
    load(ws, file)
    told = ws.warehouse.query("SELECT * FROM orders WHERE order_id = '2'").to_pylist()[0]
    (counted,) = ws.warehouse.query("SELECT count(*) AS n FROM rejects").to_pylist()
    return (
        told["currency"],
        told["ordered_at"],
        str(told["paid_amount"]),
        str(told["net_amount"]),
        counted["n"],
    )


def test_the_clock_settings_and_the_layout_tell_readings_apart(make_workspace, tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text(TILL, "utf-8")
    noon = dt.datetime(2024, 6, 1, 2, 0, tzinfo=dt.UTC)
    paid = 'paid_amount = "Sum"\n'
    cases = [
        ({}, paid, ("CNY", noon, "7.00", 1)),
        ({"now": NEXT_YEAR}, paid, ("CNY", noon, "7.00", 0)),
        ({"currency": "EUR"}, paid, ("EUR", noon, "7.00", 1)),
        ({"timezone": "UTC"}, paid, ("CNY", noon + dt.timedelta(hours=8), "7.00", 1)),
        ({}, 'paid_amount = { from = "Sum", scale = 10 }\n', ("CNY", noon, "70.00", 1)),
    ]
    for given, more, told in cases:
        currency, at, amount, _, n_refused = loaded(make_workspace(**given), tmp_path / "till.csv", more)
        assert (currency, at, amount, n_refused) == told


def test_another_secret_makes_other_keys(make_workspace, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("member_no,phone\n1,13800000001\n", "utf-8")
    keys = set()
    for secret in ("0123456789abcdef" * 4, "fedcba9876543210" * 4):
        ws = make_workspace()
        ws.path("secret").write_text(secret, encoding="ascii")
        load(Workspace(ws.root, ws.settings, ws.clock), tmp_path / "m.csv")
        told = ws.warehouse.query("SELECT id_key, other_key FROM links").to_pylist()
        keys |= {key for row in told for key in row.values() if key.startswith("phone:")}
    assert len(keys) == 2


def test_the_next_file_of_a_look_is_not_compiled_again(
    make_workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws, compiled, compile_ = make_workspace(), list[object](), Reader.compile
    monkeypatch.setattr(
        Reader, "compile", lambda reader, made: (compiled.append(made), compile_(reader, made))[1]
    )
    for number in (1, 2):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"order_id,ordered_at,status,paid_amount\nn{number},2024-06-01,paid,1\n", "utf-8")
        compiled.clear()
        load(ws, file)
    assert len(compiled) == 1, "only where the cells lie"


def test_another_day_and_another_workspace_share_what_is_compiled(
    make_workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the clock nor the key of hashes stands in a statement, where an error of the engine would show it."""
    (tmp_path / "m.csv").write_text("member_no,phone,joined_on\n1,13800000001,2024-06-01\n", "utf-8")
    statements, compile_ = list[str](), Reader.compile
    monkeypatch.setattr(
        Reader, "compile", lambda reader, made: statements.append(compile_(reader, made)) or statements[-1]
    )
    told = []
    for secret, now in (("0123456789abcdef" * 4, NEXT_YEAR), ("fedcba9876543210" * 4, NOW)):
        ws = make_workspace(now=now)
        ws.path("secret").write_text(secret, encoding="ascii")
        statements.clear()
        load(Workspace(ws.root, ws.settings, ws.clock), tmp_path / "m.csv")
        assert not any(secret in statement for statement in statements)
        told.append(len(statements))
    assert told[0] > told[1] == 1, "only where the cells lie"
