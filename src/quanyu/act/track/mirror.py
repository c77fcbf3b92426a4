"""The table `responses`: what the ledger records of reactions, with what programs did told apart from what people did.

A scanner follows links as soon as a message arrives, or all of them at once; a proxy fetches images whether or not anybody
looks. Both kinds are kept and counted beside the people's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu import ledger
from quanyu.act.channel import channels
from quanyu.act.track.agent import PROXIES, SCANNERS
from quanyu.ledger import ResponseEntry, Suppression
from quanyu.method.scratch import Scratch
from quanyu.part.step import Step
from quanyu.part.told_consent import key_of
from quanyu.tables import contract
from quanyu.text import Sentence
from quanyu.warehouse.portable import unix_micros
from quanyu.workspace import Workspace

EARLY_SECONDS = 3.0
"""Nobody reads a message and clicks so soon after it left."""
BURST_SECONDS, BURST_LINKS = 5, 3
"""Nobody follows so many links of one message within so many seconds."""
RAW = pa.schema(
    [(name, pa.string()) for name in
     ("send_id", "person_id", "id_key", "campaign_id", "channel", "kind", "link", "detail", "agent")]
    + [("at", pa.timestamp("us", "UTC")), ("after_seconds", pa.float64())]
)  # fmt: skip


def mirror_responses(ws: Workspace) -> int:
    """Bring reactions that are new into `responses` and return how many they are; those to the same sends are judged again.

    A reply that says only which contact it came from belongs to the last message that its person got through the channel; one
    to no message stays in the ledger. A process killed anywhere is followed by another that does the same.
    """
    if not ledger.count_unmirrored(ws.ledger):
        return 0
    new: dict[int, ResponseEntry] = {}
    with Scratch(ws) as scratch:
        batches = _batches(new, ws.ledger)
        rows = scratch.known(pa.Table.from_batches(batches, RAW))
        judged = scratch.keep(_judged(_placed(ws, rows)))
        before = ws.warehouse.table("responses")
        gone = before.semi_join(judged, "send_id").select(*contract("responses").key)
        ws.warehouse.merge("responses", judged, by="act", gone=gone)
    _bar(ws, [entry for entry in new.values() if entry.kind == "bounced" and entry.send_id])
    ledger.mark_mirrored(ws.ledger, list(new))
    return len(new)


def _batches(new: dict[int, ResponseEntry], scope: ledger.Scope) -> Iterator[pa.RecordBatch]:
    for fresh, entries in ledger.touched_responses(scope):
        new |= fresh
        columns = {name: [getattr(entry, name) for entry in entries] for name in RAW.names}
        yield pa.RecordBatch.from_pydict(columns, schema=RAW)


def _placed(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return the reactions to messages, those included of which only the contact is known."""
    known = rows.filter(rows.send_id != "")
    loose = rows.filter(rows.send_id == "").drop("send_id", "person_id", "campaign_id")
    owned = loose.inner_join(ws.warehouse.table("identities").select("id_key", "person_id"), "id_key")
    sent = ws.warehouse.table("messages").select(
        "send_id", "person_id", "campaign_id", "channel", "composed_at"
    )
    both = owned.join(sent, ["person_id", "channel"]).filter(lambda t: t.composed_at <= t["at"])
    last = ibis.row_number().over(
        group_by=["id_key", "channel", "kind", "at", "link"],
        order_by=[both.composed_at.desc(), both.send_id],
    )
    placed = both.mutate(_last=last).filter(lambda t: t["_last"] == 0)
    return known.union(placed.select(*known.columns))


def _judged(rows: ir.Table) -> ir.Table:
    """Return rows of `responses`: clicks and openings by programs under the names they have there."""
    clicks = rows.filter(rows.kind == "clicked").select("send_id", "link", near=unix_micros(rows["at"]))
    here = rows.filter(rows.kind == "clicked").mutate(micros=unix_micros(rows["at"]))
    close = here.join(clicks, "send_id", rname="{name}_other")
    close = close.filter((close.micros - close.near).abs() <= BURST_SECONDS * 1_000_000)
    bursts = close.group_by("send_id", "at").aggregate(n_links=close.link_other.nunique())
    both = rows.left_join(bursts, ["send_id", "at"])
    is_early = (both.after_seconds < EARLY_SECONDS).fill_null(False)
    is_burst = (both.n_links >= BURST_LINKS).fill_null(False)
    kind = ibis.cases(
        ((both.kind == "clicked") & (both.agent.isin(SCANNERS) | is_early | is_burst), "clicked_by_scanner"),
        ((both.kind == "opened") & (both.agent.isin(PROXIES) | is_early), "opened_by_proxy"),
        else_=both.kind,
    )
    return both.select(
        "send_id",
        "person_id",
        kind=kind,
        responded_at=both["at"],
        campaign_id=both.campaign_id,
        channel=both.channel,
        link=both.link.nullif(""),
        detail=ibis.ifelse(both.detail != "", both.detail, both.agent).nullif(""),
    )


def _bar(ws: Workspace, bounced: Sequence[ResponseEntry]) -> None:
    """Put the contacts that bounced on the list, where the provider told only the message."""
    if not bounced:
        return
    kinds = {channel.name: channel.kinds[0] for channel in channels() if channel.kinds}
    asked = ibis.memtable(pa.table({"send_id": sorted({one.send_id for one in bounced})}))
    messages = ws.warehouse.table("messages").semi_join(asked, "send_id")
    read = ws.warehouse.read(messages.select("send_id", "channel", "contact")).to_pylist()
    contact = {(row["send_id"], row["channel"]): row["contact"] for row in read if row["contact"]}
    lines = [
        Suppression(
            key_of(kinds[one.channel], contact[one.send_id, one.channel], ws.secret),
            one.channel,
            "bounced",
            one.at,
            one.detail,
        )
        for one in bounced
        if (one.send_id, one.channel) in contact and one.channel in kinds
    ]
    ledger.add_suppressions(ws.ledger, lines)


def waiting(ws: Workspace) -> str:
    """Say how many reactions wait to be brought in, or nothing."""
    n = ledger.count_unmirrored(ws.ledger)
    return Sentence("{n} reactions to messages wait", n=n) if n else ""


def responses(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Bring in what came back from messages: the loop step."""
    return {"n_responses": mirror_responses(ws)}


STEP = Step(
    "responses",
    "Bring in what came back from messages",
    (),
    ("responses",),
    responses,
    waiting=waiting,
    earlier=("messages", "identities"),
)
