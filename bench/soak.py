"""Ten simulated shops of the default size through the loader: `python -m bench.soak [SHOPS]`, or `make soak`.

Each shop is simulated with a seed of its own and exported as the platforms do; its files are loaded and its people
found; pairs of identifiers are judged against the planted people. The peer is networkx: the components of the same
links without guards, as one would join them at first.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx
import pyarrow as pa

import quanyu.workspace
from quanyu.collect.identity.identity import resolve
from quanyu.collect.load.load import load
from quanyu.tables import contract
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, simulate
from quanyu.world.check.judge import PairScore, score_pairs

ENDS_ON = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)


def judged(seed: int, folder: Path) -> tuple[PairScore, PairScore, float]:
    """Return the scores of quanyu and of plain components, and the seconds that quanyu took to find the people."""
    export(simulate(Shop(seed=seed, ends_on=ENDS_ON)), folder)
    ws = quanyu.workspace.create(folder / "shop", clock=lambda: NOW)
    load(ws, [folder / "files"])
    started = time.perf_counter()
    resolve(ws, ENDS_ON)
    seconds = time.perf_counter() - started
    found = score_pairs(ws, folder / "truth")
    join_plainly(ws)
    plain = score_pairs(ws, folder / "truth")
    ws.close()
    return found, plain, seconds


def join_plainly(ws: Workspace) -> None:
    """Write `identities` anew: whatever a link ties together is one person."""
    links = ws.warehouse.read(ws.warehouse.table("links").select("id_key", "other_key"))
    graph = nx.Graph(zip(*(column.to_pylist() for column in links.columns), strict=True))
    known = ws.warehouse.read(ws.warehouse.table("identities")).to_pylist()
    graph.add_nodes_from(row["id_key"] for row in known)
    name = {key: min(part) for part in nx.connected_components(graph) for key in part}
    rows = [{**row, "person_id": name[row["id_key"]]} for row in known]
    schema = contract("identities").schema.to_pyarrow()
    ws.warehouse.replace("identities", pa.Table.from_pylist(rows, schema=schema), by="collect")


def main() -> None:
    shops = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    scores = []
    for seed in range(shops):
        with tempfile.TemporaryDirectory() as name:
            found, plain, seconds = judged(seed, Path(name))
        scores.append(found)
        print(
            f"seed {seed}: {found.n_pairs:,} pairs, precision {found.precision:.5f}, recall {found.recall:.5f}"
            f" in {seconds:.1f} s; links alone {plain.precision:.5f}, {plain.recall:.5f}",
            flush=True,
        )
    least = min(score.precision for score in scores), min(score.recall for score in scores)
    print(
        f"least of {shops} shops: precision {least[0]:.5f} (bound 0.995), recall {least[1]:.5f} (bound 0.97)"
    )


if __name__ == "__main__":
    main()
