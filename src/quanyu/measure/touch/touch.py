"""Touches: every paid or owned contact with a person, from clicks, messages, visits and deliveries, each counted once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from quanyu.method.person import of_somebody
from quanyu.tables.settings import AttributionSettings
from quanyu.warehouse.portable import group_key, seconds
from quanyu.workspace import Workspace

TOUCH_READS = ("touches", "visits", "deliveries", "identities", "spend")
"""The tables that tell of touches."""
COLUMNS = ("person", "touched_at", "channel", "campaign_id", "place")
DAY = 86_400
RANK = {"recorded": 0, "delivered": 1, "visited": 2}
"""What wins where rows of one contact bear the same second: the row that names the channel most exactly."""


def touches(
    ws: Workspace,
    as_of: dt.date,
    since: dt.date | None = None,
    known: ir.Table | None = None,
    channels: Sequence[str] | None = None,
) -> ir.Table:
    """Return one row per contact before the day `as_of` (and not before `since`); `known` are the `campaigns`.

    Columns: `person` (the number of a person, see `group_key`), `touched_at`, `channel`, `campaign_id` (null where
    there is none), and `place`, which orders the touches of one second the same way on every engine.

    What counts: rows of `touches` but for the kinds left out in the settings; visits that carry a campaign or come
    from a channel that is not free; deliveries that arrived. A campaign that `spend` knows by number or by name has
    the ad platform as its channel and its number as `campaign_id`, whatever the row calls them (see `campaigns`), so
    that a click, the visit it opened and its cost meet under one name.

    Counted once: the rows of one person and campaign (or channel, where there is no campaign) are one contact as long
    as no more than `same_contact_minutes` lie between one and the next; the first of them stays. A click and the
    visit it opened, a double click, a message in a provider's file and in our own deliveries are one contact.

    Where only some `channels` matter, rows of others are left out that are of no campaign, which could be one of theirs.
    """
    recorded, visited, delivered = (
        _of_channels(ws, rows, channels) for rows in (_recorded(ws), _visited(ws), _delivered(ws))
    )
    parts = [_of_somebody(ws, recorded), _of_somebody(ws, visited), delivered]
    rows = ibis.union(*(part.select(*COLUMNS) for part in parts))
    rows = rows.filter(rows.person.notnull(), rows.touched_at < start_of(ws, as_of))
    if since is not None:
        rows = rows.filter(rows.touched_at >= start_of(ws, since))
    return _once(_named(ws, rows, known), ws.settings.of(AttributionSettings).same_contact_minutes)


def _of_channels(ws: Workspace, rows: ir.Table, channels: Sequence[str] | None) -> ir.Table:
    if channels is None:
        return rows
    return rows.filter(_has(rows.campaign_id) | _meant(ws, _own(rows)).isin(channels))


def _own(rows: ir.Table) -> ir.StringValue:
    """Return the channel as a row calls it."""
    return rows.channel.nullif("").fill_null("unknown")


def start_of(ws: Workspace, day: dt.date) -> ir.TimestampScalar:
    """Return the first moment of a day of the workspace's time zone."""
    moment = dt.datetime.combine(day, dt.time(), ws.settings.zone).astimezone(dt.UTC)
    return ibis.literal(moment).cast("timestamp('UTC')")


def _of_somebody(ws: Workspace, rows: ir.Table) -> ir.Table:
    return of_somebody(ws.warehouse, rows.filter(rows.id_key.notnull()))


def contact_costs(ws: Workspace, as_of: dt.date, since: dt.date) -> ir.Table:
    """Return what the rows of `touches` say they cost, by channel and campaign_id, from `since` to before `as_of`."""
    rows = _counted(ws)
    rows = rows.filter(rows.touched_at < start_of(ws, as_of), rows.touched_at >= start_of(ws, since))
    cells = rows.group_by("channel", "campaign_id").agg(cost_amount=rows.cost_amount.sum())
    named = _named(ws, cells)
    return named.group_by("channel", "campaign_id").agg(cost_amount=named.cost_amount.sum())


def _counted(ws: Workspace) -> ir.Table:
    rows = ws.warehouse.table("touches")
    left_out = ws.settings.of(AttributionSettings).left_out_kinds
    return rows.filter(~rows.kind.isin(left_out).fill_null(False)) if left_out else rows


def _recorded(ws: Workspace) -> ir.Table:
    return _counted(ws).select("id_key", "touched_at", "channel", "campaign_id", place=_rank("recorded"))


def _visited(ws: Workspace) -> ir.Table:
    """Return the visits that are a touch."""
    rows = ws.warehouse.table("visits")
    rows = rows.filter(is_touch(ws, rows))
    at = ibis.ifelse(_has(rows.campaign_id), rows.campaign_at, rows.began_at)
    return rows.select(
        "id_key",
        "channel",
        "campaign_id",
        touched_at=ibis.coalesce(at, rows.began_at),
        place=_rank("visited"),
    )


def is_touch(ws: Workspace, visits: ir.Table) -> ir.BooleanValue:
    """Say which visits are a touch: those with a campaign, or a channel that somebody paid for or sent; never null."""
    free = ws.settings.of(AttributionSettings).free_channels
    is_sent = _has(visits.channel) & ~visits.channel.isin(free) if free else _has(visits.channel)
    return (_has(visits.campaign_id) | is_sent).fill_null(False)


def _delivered(ws: Workspace) -> ir.Table:
    rows = ws.warehouse.table("deliveries")
    rows = rows.filter(rows.status == "delivered", rows.channel.notnull())
    return rows.select(
        "channel",
        "campaign_id",
        person=group_key(rows.person_id),
        touched_at=rows.sent_at,
        place=_rank("delivered"),
    )


def _rank(name: str) -> ir.IntegerScalar:
    return ibis.literal(RANK[name]).cast("int64")


def _has(word: ir.StringColumn) -> ir.BooleanColumn:
    return word.notnull() & (word != "")


def _named(ws: Workspace, rows: ir.Table, known: ir.Table | None = None) -> ir.Table:
    """Give every touch the channel and campaign number that spend and clicks know it by."""
    known = campaigns(ws) if known is None else known
    joined = rows.mutate(word=rows.campaign_id.nullif("")).left_join(known, "word")
    others = [name for name in rows.columns if name not in {"channel", "campaign_id"}]
    return joined.select(
        *others,
        channel=_meant(ws, ibis.coalesce(joined.known_as, _own(joined))),
        campaign_id=ibis.coalesce(joined.number, joined.word),
    )


def _meant(ws: Workspace, channel: ir.StringValue) -> ir.StringValue:
    """Return the name that the settings give to a channel."""
    named = [
        (channel == name, ibis.literal(meant))
        for name, meant in ws.settings.of(AttributionSettings).aliases.items()
    ]
    return ibis.cases(*named, else_=channel) if named else channel


def campaigns(ws: Workspace) -> ir.Table:
    """Return what is known of campaigns by what they are called: word, known_as (a channel), number.

    `spend` knows a campaign by number and by name and gives it the platform as channel; of campaigns without spend
    the rows of `touches` tell the channel. A word that could mean two campaigns means none.
    """
    spend, recorded = ws.warehouse.table("spend"), ws.warehouse.table("touches")
    number = ibis.coalesce(spend.campaign_id.nullif(""), spend.campaign.nullif(""))
    parts = [
        spend.select(word=word.nullif(""), known_as="platform", number=number, is_paid=ibis.literal(True))
        for word in (spend.campaign_id, spend.campaign)
    ]
    words = recorded.campaign_id.nullif("")
    parts.append(recorded.select(word=words, known_as="channel", number=words, is_paid=ibis.literal(False)))
    said = ibis.union(*parts).filter(lambda t: t.word.notnull()).distinct()
    paid, free = said.is_paid, ~said.is_paid
    by_word = said.group_by("word").agg(
        n_paid=said.count(where=paid),
        n_sent=said.count(where=free),
        platform=said.known_as.min(where=paid),
        channel=said.known_as.min(where=free),
        number=ibis.coalesce(said.number.min(where=paid), said.number.min(where=free)),
    )
    is_one = (by_word.n_paid == 1) | ((by_word.n_paid == 0) & (by_word.n_sent == 1))
    return by_word.filter(is_one).select(
        "word", "number", known_as=ibis.coalesce(by_word.platform, by_word.channel)
    )


def _once(rows: ir.Table, minutes: int) -> ir.Table:
    """Keep the first row of every contact."""
    subject = ibis.coalesce(rows.campaign_id, rows.channel)
    rows = rows.mutate(subject=group_key(subject), second=seconds(rows.touched_at))
    order = [rows.touched_at, rows.place, rows.channel]
    before = rows.second.lag().over(ibis.window(group_by=[rows.person, rows.subject], order_by=order))
    rows = rows.mutate(gap=rows.second - before)
    first = rows.filter(rows.gap.isnull() | (rows.gap > minutes * 60))
    return first.select(*COLUMNS)
