"""Who agreed to be written to, who wants no personal choice, and whose contact must not be used.

A person's newest word counts, and where yes and no were said at one moment, the no. Once somebody has said no to the shop
itself, only a yes with a proof counts: no file brings anybody back.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu import ledger
from quanyu.part.told_consent import OWN, PERSON, told_consents
from quanyu.tables.owned.people import ALL_CHANNELS, MARKETING, PERSONALISATION
from quanyu.warehouse.portable import unix_micros
from quanyu.workspace import Workspace

REASONS = ("erased", "complained", "opted_out", "bounced", "manual")
"""Why a contact must not be used; where several hold, the first."""


def consented(ws: Workspace, channel: str, until: dt.datetime) -> ir.Table:
    """Return person_id of everybody whose word on marketing through the channel is yes, as of a moment."""
    words = _words(ws, MARKETING, channel, until)
    return words.filter(words.is_yes).select("person_id")


def unpersonalised(ws: Workspace, until: dt.datetime) -> ir.Table:
    """Return person_id of everybody who told the shop to choose nothing for them, as of a moment."""
    words = _words(ws, PERSONALISATION, ALL_CHANNELS, until)
    return words.filter(~words.is_yes).select("person_id")


def suppressed(ws: Workspace, channel: str, *, is_marketing: bool = True) -> ir.Table:
    """Return person_id and reason of everybody who has a contact on the list of suppressions, for the channel or for all.

    A message that is no marketing is not stopped by a no to marketing.
    """
    every = ledger.list_suppressions(ws.ledger, channel=channel)
    listed = [one for one in every if is_marketing or one.reason not in ledger.WILL]
    rows = pa.table(
        {
            "id_key": pa.array([one.id_key for one in listed], pa.string()),
            "place": pa.array([REASONS.index(one.reason) for one in listed], pa.int64()),
        }
    )
    lines, identities = ibis.memtable(rows), ws.warehouse.table("identities")
    known = lines.inner_join(identities.select("id_key", "person_id"), "id_key").select("person_id", "place")
    named = lines.filter(lines.id_key.startswith(PERSON))
    named = named.select(person_id=named.id_key.replace(PERSON, ""), place=named.place)
    rows = known.union(named)
    first = rows.group_by("person_id").aggregate(place=rows.place.min())
    return first.select(
        "person_id", reason=ibis.cases(*((first.place == n, word) for n, word in enumerate(REASONS)))
    )


def _words(ws: Workspace, purpose: str, channel: str, until: dt.datetime) -> ir.Table:
    """Return person_id and is_yes of everybody who said anything of a purpose and channel until a moment."""
    said = ws.warehouse.table("consents")
    told, whole = told_consents(ws), until.replace(microsecond=0) + dt.timedelta(seconds=1)
    said = said.union(ibis.memtable(told.rows).cast(said.schema())) if told.entries else said
    said = said.filter(
        said.purpose == purpose,
        said.channel.isin([channel, ALL_CHANNELS]),
        said.decided_at
        < ibis.literal(whole).cast("timestamp('UTC')"),  # words of one moment lie instants apart
    )
    owned = said.inner_join(ws.warehouse.table("identities").select("id_key", "person_id"), "id_key")
    at, yes = unix_micros(owned.decided_at), owned.is_granted
    is_proven = owned.proof.fill_null("") != ""
    newest = owned.group_by("person_id").aggregate(
        said_no=at.max(where=~yes),
        said_yes=at.max(where=yes),
        proved=at.max(where=yes & is_proven),
        n_own=(~yes & (owned.source == OWN)).cast("int64").sum(),
    )
    counts = ibis.ifelse(newest.n_own > 0, newest.proved, newest.said_yes)
    is_yes = counts.notnull() & (newest.said_no.isnull() | (counts > newest.said_no))
    return newest.select("person_id", is_yes=is_yes.fill_null(False))
