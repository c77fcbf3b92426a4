"""A workspace that may only be read can be read: tables, queries and the report; what would write says that it may not."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import quanyu.workspace

RUN = """if True:
    import contextlib, io, json, sys
    from quanyu.cli.main import app
    for words in json.loads(sys.argv[1]):
        out, err, code = io.StringIO(), io.StringIO(), 0
        sys.argv = ["quanyu", *words]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                app()
            except SystemExit as end:
                code = end.code or 0
        print(json.dumps([words[0], code, out.getvalue(), err.getvalue()]))
"""
AS_ANYONE = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""Root without the right to pass over permissions."""


@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="root cannot be kept out of anything"
)
def test_a_workspace_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    ws = quanyu.workspace.create(tmp_path / "shop", threads=1)
    orders = {
        "order_id": ["o1"], "source": ["t"], "id_key": ["taobao:1"], "status": ["completed"], "channel": ["taobao"],
        "ordered_at": [dt.datetime(2026, 11, 1, tzinfo=dt.UTC)],
        "gross_amount": [10], "paid_amount": [10], "net_amount": [10],
    }  # fmt: skip
    with ws.writing():
        ws.warehouse.merge("orders", pa.table(orders), by="collect")
    ws.close()
    for made in (ws.root / "tables" / ".blank", ws.path("tmp")):
        shutil.rmtree(made, ignore_errors=True)
    inside = [ws.root, *ws.root.rglob("*")]
    for path in inside:
        path.chmod(0o500 if path.is_dir() else 0o400)
    at, file = ["-w", str(ws.root)], tmp_path / "report.html"
    queries = "SELECT count(*) AS n, (SELECT count(*) FROM rfm) AS m FROM orders"
    calls = [
        ["tables", "--json", *at], ["sql", queries, "--json", *at], ["describe", "orders", *at], ["decisions", *at],
        ["report", "--out", str(file), *at], ["run", *at],
    ]  # fmt: skip
    words = [*(AS_ANYONE if os.geteuid() == 0 else []), sys.executable, "-c", RUN, json.dumps(calls)]
    said = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "QUANYU_LANGUAGE": "en"}
    )
    for path in inside:
        path.chmod(0o700)
    told = {name: (code, out, err) for name, code, out, err in map(json.loads, said.stdout.splitlines())}
    *reads, (_, (code, _, refused)) = told.items()
    assert [name for name, (ended, *_) in reads if ended] == [], reads
    assert len(told) == len(calls), said.stderr
    assert json.loads(told["sql"][1]) == [{"n": 1, "m": 0}]
    assert "</html>" in file.read_text(encoding="utf-8")
    assert code == 11 and "The storage refuses access" in refused
