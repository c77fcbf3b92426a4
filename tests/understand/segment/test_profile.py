"""What sets a segment apart: what was planted is told, and hardly ever what was not."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa

from quanyu import ledger
from quanyu.understand.segment.profile import profile
from quanyu.understand.segment.segment_step import segments
from quanyu.workspace import Workspace

DAY = dt.date(2026, 11, 20)
TRAITS = ("n_sessions", "n_searches", "n_favourites", "n_orders", "member_tier", "sex", "favourite_weekday")


def shop(ws: Workspace, seed: int, lift: float, n: int = 600) -> None:
    """People of whom a third are marked; those are women `lift` times as often, and nothing else of them differs."""
    chance = random.Random(seed)
    rows = []
    for k in range(n):
        is_marked = k % 3 == 0
        is_woman = chance.random() < 0.3 * (lift if is_marked else 1)
        rows.append({
            "person_id": f"p{k}", "as_of": DAY, "city_tier": "1" if is_marked else "2", "sex": "female" if is_woman else "male",
            "member_tier": chance.choice(("gold", "plain", None)), "favourite_weekday": chance.randrange(7),
            **{name: chance.randrange(40) for name in TRAITS[:4]},
        })  # fmt: skip
    ws.warehouse.replace("people", pa.table({"person_id": [row["person_id"] for row in rows]}), by="collect")
    ws.warehouse.replace("portraits", pa.Table.from_pylist(rows), by="understand")


def test_what_was_planted_is_told_within_its_interval_and_little_else(embedded: Workspace) -> None:
    ledger.save_segment(embedded.ledger, "marked", "city_tier = 1", "", who="li", at=embedded.now())
    (segment,) = ledger.list_segments(embedded.ledger)
    n_true = n_false = n_within = 0
    for seed in range(30):
        shop(embedded, seed, 2.0)
        segments(embedded, DAY)
        traces = profile(embedded, segment)
        women = [trace for trace in traces if trace.rule == "sex = female"]
        n_true += len(women)
        n_within += sum(trace.low <= 2 <= trace.high for trace in women)
        n_false += any(trace.trait != "sex" for trace in traces)
        assert not any(trace.trait == "city_tier" for trace in traces)
    # A true lift of 2 with 200 against 400 people is told nearly always; of 30 shops, more than 6 with something false would
    # come about once in ten thousand times if no more than 5 in 100 have any.
    assert n_true == 30 and n_within >= 27 and n_false <= 6
