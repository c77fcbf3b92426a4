"""An audience of a million people frozen, exported and mirrored: `python -m bench.act [PEOPLE]`.

The peer writes the same rows into a bare SQLite table and a CSV file with Python's own modules: no gates, no arms, no
record of who was left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import duckdb

import quanyu.workspace
from quanyu import ledger
from quanyu.act.account import accounts
from quanyu.act.execute import execute
from quanyu.decide.audience import propose_design
from quanyu.tables.campaign_design import CampaignDesign

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SHOP = {
    "people": """SELECT 'p' || i AS person_id, '王' || i AS name, CASE WHEN i % 10 > 0 THEN '+86' || (13000000000 + i) END
        AS phone, 1::BIGINT AS n_identifiers, i % 50 > 0 AS is_personalised FROM range({n}) t(i)""",
    "identities": "SELECT 'member:' || i AS id_key, 'member' AS kind, 'p' || i AS person_id FROM range({n}) t(i)",
    "consents": """SELECT 'member:' || i AS id_key, 'marketing' AS purpose, 'sms' AS channel, i % 7 > 0 AS is_granted,
        TIMESTAMPTZ '2025-11-01 00:00:00+00' AS decided_at, 'bench' AS source FROM range({n}) t(i)""",
    "rfm": """SELECT 'p' || i AS person_id, DATE '2026-11-20' AS as_of, (i % 300)::BIGINT AS recency_days,
        (1 + i % 9)::BIGINT AS frequency, 100::DECIMAL(18,2) AS monetary_amount, 1::BIGINT AS r_score, 1::BIGINT AS f_score,
        1::BIGINT AS m_score, 'at_risk' AS "group", 'f' AS fit_id FROM range({n}) t(i)""",
}
OWNERS = {"rfm": "understand"}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ws = quanyu.workspace.create(folder / "shop", clock=lambda: NOW)
        for table, sql in SHOP.items():
            file = folder / f"{table}.parquet"
            duckdb.sql(f"COPY ({sql.format(n=n)}) TO '{file}' (COMPRESSION zstd)")
            ws.warehouse.replace(table, [file], by=OWNERS.get(table, "collect"))  # type: ignore[arg-type]
        design = CampaignDesign("bench", "group in at_risk; frequency >= 1")
        proposal = propose_design(ws, design, ws.today())
        assert proposal is not None
        ledger.decide(ws.ledger, proposal.decision_id, "approved", who="bench", at=NOW)
        started, busy = time.perf_counter(), time.process_time()
        with ws.writing():
            execute(ws, ws.today())
        wall, cpu = time.perf_counter() - started, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        (account,) = accounts(ws)
        rows = ws.warehouse.read(ws.warehouse.table("deliveries")).to_pylist()
        ws.close()
        plain = peer(folder, rows)
    print(f"audience of {account.n_audience:,}: {account.by_status}")
    print(
        f"quanyu: frozen, exported, mirrored in {wall:.1f} s ({cpu:.1f} s of CPU), peak memory {peak:.2f} GB"
    )
    print(f"sqlite3 and csv alone: {plain:.1f} s; quanyu takes {wall / plain:.1f} times as long")


def peer(folder: Path, rows: list[dict[str, object]]) -> float:
    """Return the seconds that bare inserts and a bare file take."""
    started = time.perf_counter()
    with sqlite3.connect(folder / "plain.db") as plain:
        plain.execute(
            "CREATE TABLE sends (campaign_id, step, person_id, arm, channel, status, reason, why, "
            "PRIMARY KEY (campaign_id, step, person_id))"
        )
        columns = ("campaign_id", "step", "person_id", "arm", "channel", "status", "reason", "why")
        plain.executemany(
            "INSERT INTO sends VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ([row[c] for c in columns] for row in rows)
        )
    with (folder / "plain.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([row["person_id"], row["why"]] for row in rows)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
