"""A campaign to a large shop: `python -m bench.sending [PEOPLE]`; 1 million people, one mail each, the provider takes all.

What is measured is Quanyu's own part: everybody through all gates, the launch with everything that messages need, and the
queue worked off by one worker that renders each message and hands it to a provider that only counts. Rows per commit are
printed, because one durable commit costs about a millisecond. `bench.mail` measures the line to a mail server.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

import quanyu.workspace
from quanyu import ledger
from quanyu.act.campaign.campaign import (
    Approval,
    Chosen,
    Draft,
    add_campaign,
    approve_campaign,
    launch_campaign,
)
from quanyu.act.campaign.check import counted
from quanyu.act.campaign.plan import plan
from quanyu.act.campaign.sending import line, send_due
from quanyu.act.channel import Channel, Outcome, Outgoing
from quanyu.act.channel.mail import mail as mail_channel
from quanyu.method.scratch import Scratch
from quanyu.part.action import Caller
from quanyu.tables import contract
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
PEOPLE = 1_000_000
BODY = (
    "<p>Dear {{ person.name }}, in {{ person.city }} it is time again.</p>" + "<p>" + "word " * 2000 + "</p>"
)
TABLES = {
    "people": "SELECT 'p' || n AS person_id, 'Name ' || n AS name, 'u' || n || '@' || "
    "['gmail.com', 'qq.com', '163.com', 'example.org'][1 + n % 4] AS email, '+86138' || lpad(n::text, 8, '0') AS phone, "
    "'Hangzhou' AS city, true AS is_personalised, 1 AS n_identifiers, "
    "['Asia/Shanghai', 'Asia/Kathmandu', 'Asia/Kolkata'][1 + n % 3] AS time_zone FROM range({n}) AS t(n)",
    "identities": "SELECT 'member:' || n AS id_key, 'member' AS kind, 'p' || n AS person_id FROM range({n}) AS t(n)",
    "consents": "SELECT 'member:' || n AS id_key, 'marketing' AS purpose, 'mail' AS channel, n % 50 > 0 AS is_granted, "
    "TIMESTAMPTZ '2025-11-20' AS decided_at, 'bench' AS source FROM range({n}) AS t(n)",
    "rfm": "SELECT 'p' || n AS person_id, DATE '2026-11-20' AS as_of, 40 AS recency_days, 2 + n % 3 AS frequency, "
    "100.00 AS monetary_amount, 1 AS r_score, 3 AS f_score, 5 AS m_score, 'at_risk' AS \"group\", 'f' AS fit_id "
    "FROM range({n}) AS t(n)",
}


class Counter:
    """A provider that takes everything."""

    n = 0

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        for message in messages:
            begin(message)
            Counter.n += 1
            yield Outcome(message.key, "delivered")

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        return iter(())

    def close(self) -> None:
        return None


def shop(folder: Path, n: int) -> Workspace:
    """Return a workspace with people, consents and groups, drawn by SQL."""
    ws = quanyu.workspace.create(folder / "shop", clock=lambda: NOW)
    for name, sql in TABLES.items():
        promise = contract(name)
        drawn = duckdb.sql(sql.format(n=n)).to_arrow_table()
        whole = drawn.cast(promise.schema.to_pyarrow().empty_table().select(drawn.column_names).schema)
        for column in promise.columns:
            if column.name not in whole.column_names:
                whole = whole.append_column(column.name, [[None] * whole.num_rows])
        ws.warehouse.replace(
            name, whole.select(promise.schema.names).cast(promise.schema.to_pyarrow()), by=promise.owner
        )
    return ws


def timed(label: str, n: int, act: Callable[[], object]) -> object:
    """Do something, and print how long it took and how many people a second that are."""
    began, spent = time.perf_counter(), time.process_time()
    got = act()
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{label:<28}{seconds:8.1f} s {cpu:8.1f} CPU-s {n / seconds:10,.0f} people/s   peak {peak:,.0f} MB",
        flush=True,
    )
    return got


def main(n: int = PEOPLE) -> None:
    """Run the benchmark."""
    mail_channel.CHANNEL = Channel("mail", "Mail", ("email",), open=lambda _: Counter())
    with tempfile.TemporaryDirectory(prefix="quanyu-bench-") as folder:
        ws = shop(Path(folder), n)
        given = {
            "name": "Bench",
            "rule": "group = at_risk",
            "channels": ["mail"],
            "content": {"mail": {"subject": "For {{ person.name }}", "html": BODY}},
            "control_share": 0.1,
        }
        decision = add_campaign(ws, Draft(fields=given), Caller("li"))

        def gates() -> dict[str, int]:
            with Scratch(ws) as scratch:
                from quanyu.act.campaign.brief import kept_brief

                planned = scratch.keep(plan(ws, kept_brief(decision.proposal), decision.decision_id, NOW))
                return counted(ws, planned)

        counts = timed("everybody through all gates", n, gates)
        assert isinstance(counts, dict)
        approve = Approval(decision.decision_id, counts["n_people"])
        timed("check and approval", n, lambda: approve_campaign(ws, approve, Caller("wang")))
        timed("launch", n, lambda: launch_campaign(ws, Chosen(decision.decision_id), Caller("wang")))
        timed("queue, one worker", counts["n_people"], lambda: send_due(ws))
        done = ledger.count_sends(ws.ledger, decision.decision_id)
        print(f"rows per commit: at most {line.FLUSH}; {Counter.n:,} messages; {done}")
        assert Counter.n == counts["n_people"]
        ws.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
