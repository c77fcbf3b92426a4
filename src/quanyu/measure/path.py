"""Paths: what people met before they bought, or did not buy, compressed to distinct sequences with their counts.

Every touch belongs to exactly one path. Orders of a person no further apart than `same_contact_minutes` are one
purchase. A touch belongs to the next purchase of its person if that follows within the window; touches that nothing
follows in time are a null path, which ends where the next one does not come within the window. Orders that no touch
precedes have the empty path, and so have those of unknown buyers: nothing is left out of the totals.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.route import JOIN
from quanyu.measure.span import Scratch
from quanyu.measure.touch import DAY, touches
from quanyu.measure.touch_series import sales
from quanyu.workspace import Workspace

LEVELS = ("channel", "campaign")
OUTCOMES = ("n_conversions", "n_new_buyers", "revenue_amount", "margin_amount")
"""What paths bring, in the order in which models credit it."""


@dataclass(frozen=True)
class Steps:
    """Touches in order with what follows them, kept by the engine; and everything that was sold in the period."""

    rows: ir.Table
    totals: pa.Table
    since: int
    half_life_days: float


@dataclass(frozen=True)
class Found:
    """The paths of one level and window: one row per path; and for each of its contacts the decayed shares."""

    level: str
    window_days: int
    rows: pa.Table
    decay: pa.Table

    @property
    def window(self) -> str:
        """The window as tables write it."""
        return f"{self.window_days}d"


def steps(ws: Workspace, as_of: dt.date, scratch: Scratch, longest_days: int) -> Steps:
    """Put every touch before the purchase that follows it, whatever lies between; windows are applied later."""
    spec = ws.settings.attribution
    since = as_of - dt.timedelta(days=spec.period_days)
    earlier = since - dt.timedelta(days=longest_days)
    met = scratch.keep(touches(ws, as_of, earlier))
    sold = scratch.keep(_sold(ws, as_of))
    from_since = sold.filter(sold.on >= ibis.literal(since))
    recent = sold.filter(sold.on >= ibis.literal(earlier), sold.person.notnull())
    begins = int(dt.datetime.combine(since, dt.time(), ws.settings.zone).timestamp())
    rows = _followed(met, _purchases(recent, spec.same_contact_minutes))
    totals = ws.warehouse.read(
        from_since.agg(**{name: from_since[name].sum() for name in (*OUTCOMES, "n_margins")})
    )
    return Steps(scratch.keep(rows), totals, begins, spec.half_life_days)


def paths(ws: Workspace, scratch: Scratch, found: Steps, window_days: int) -> list[Found]:
    """Return the paths of a window at every level, the empty path with what no touch precedes included."""
    single = scratch.keep(_single(found, window_days))
    return [_compressed(ws, single, found, level, window_days) for level in LEVELS]


def _sold(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return every sale with `n_new_buyers`: 1 for the first order of a known person."""
    rows = sales(ws, as_of)
    order = [rows.ordered_at, rows.revenue_amount, rows.margin_amount, rows.order]
    place = ibis.row_number().over(ibis.window(group_by=rows.person, order_by=order))
    return rows.select(
        "person",
        "on",
        "revenue_amount",
        second=rows.ordered_at.epoch_seconds().cast("int64"),
        n_conversions=ibis.literal(1).cast("int64"),
        n_new_buyers=(rows.person.notnull() & (place == 0)).cast("int64"),
        margin_amount=rows.margin_amount.fill_null(0),
        n_margins=rows.margin_amount.notnull().cast("int64"),
    )


def _purchases(rows: ir.Table, minutes: int) -> ir.Table:
    """Join orders of one person that were placed together."""
    ordered = ibis.window(group_by=rows.person, order_by=rows.second)
    rows = rows.mutate(before=rows.second.lag().over(ordered))
    begins = rows.before.isnull() | (rows.second - rows.before > minutes * 60)
    rows = rows.mutate(begins=begins.cast("int64"))
    # Of orders of one second the one that begins comes first, so that all of them are in its purchase.
    upto = ibis.cumulative_window(group_by=rows.person, order_by=[rows.second, rows.begins.desc()])
    rows = rows.mutate(act=rows.begins.sum().over(upto))
    return rows.group_by("person", "act").agg(
        second=rows.second.min(), **{name: rows[name].sum() for name in OUTCOMES}
    )


def _followed(met: ir.Table, bought: ir.Table) -> ir.Table:
    """Return touches with the purchase that follows: `segment` counts purchases before, `wait` the seconds until it."""
    contacts = met.select(
        "person",
        "place",
        second=met.touched_at.epoch_seconds().cast("int64"),
        channel=met.channel.replace(">", "›"),
        campaign=_campaign(met),
        is_purchase=ibis.literal(0).cast("int64"),
        **{name: ibis.null(bought[name].type()) for name in OUTCOMES},
    )
    ends = bought.select(
        "person",
        "second",
        *OUTCOMES,
        place=ibis.literal(0).cast("int64"),
        channel=ibis.literal(""),
        campaign=ibis.literal(""),
        is_purchase=ibis.literal(1).cast("int64"),
    )
    rows = ibis.union(contacts, ends.select(*contacts.columns))
    order = [rows.second, rows.is_purchase, rows.place, rows.campaign]
    upto = ibis.cumulative_window(group_by=rows.person, order_by=order)
    rows = rows.mutate(segment=rows.is_purchase.sum().over(upto) - rows.is_purchase)
    whole = ibis.window(group_by=[rows.person, rows.segment])
    ends_at = rows.second.max(where=rows.is_purchase == 1).over(whole)
    following = {name: rows[name].max().over(whole) for name in OUTCOMES}
    rows = rows.mutate(ends_at=ends_at, **following)
    rows = rows.filter(rows.is_purchase == 0)
    within = ibis.window(
        group_by=[rows.person, rows.segment], order_by=[rows.second, rows.place, rows.campaign]
    )
    return rows.mutate(before=rows.second.lag().over(within)).drop("is_purchase")


def _campaign(met: ir.Table) -> ir.StringValue:
    """Return channel and campaign as one word; the channel alone where there is no campaign."""
    word = ibis.ifelse(met.campaign_id.isnull(), met.channel, met.channel + "/" + met.campaign_id)
    return word.replace(">", "›")


def _single(found: Steps, window_days: int) -> ir.Table:
    """Return one row per path as one person took it: its text at both levels, its contacts' weights, what it brought."""
    rows, window = found.rows, window_days * DAY
    in_time = (rows.ends_at.notnull() & (rows.ends_at - rows.second <= window)).fill_null(False)
    was_in_time = (rows.ends_at.notnull() & (rows.ends_at - rows.before <= window)).fill_null(False)
    is_far = (rows.second - rows.before > window).fill_null(True)
    begins = rows.before.isnull() | (in_time & ~was_in_time) | (~in_time & is_far)
    rows = rows.mutate(is_buying=in_time, begins=begins.cast("int64"))
    order = [rows.second, rows.place, rows.campaign]
    upto = ibis.cumulative_window(group_by=[rows.person, rows.segment], order_by=order)
    rows = rows.mutate(run=rows.begins.sum().over(upto))
    age_days = (rows.ends_at - rows.second) / DAY
    contact = ibis.struct(
        {
            "second": rows.second,
            "place": rows.place,
            "campaign": rows.campaign,
            "channel": rows.channel,
            "weight": (-age_days / found.half_life_days * 0.6931471805599453).exp().fill_null(0.0),
        }
    )
    one = rows.group_by("person", "segment", "run", "is_buying").agg(
        contacts=contact.collect(),
        weight=contact["weight"].sum(),
        last=rows.second.max(),
        ends_at=rows.ends_at.max(),
        **{name: rows[name].max() for name in OUTCOMES},
    )
    one = one.filter(ibis.ifelse(one.is_buying, one.ends_at, one["last"]) >= found.since)
    one = one.mutate(contacts=one.contacts.sort())
    return one.select(
        "is_buying",
        "weight",
        *OUTCOMES,
        channel=one.contacts.map(lambda contact: contact["channel"]).join(JOIN),
        campaign=one.contacts.map(lambda contact: contact["campaign"]).join(JOIN),
        weights=one.contacts.map(lambda contact: contact["weight"]),
    )


def _compressed(ws: Workspace, single: ir.Table, found: Steps, level: str, window_days: int) -> Found:
    """Add up equal paths, and put what no touch precedes under the empty path."""
    buying = single.is_buying
    rows = single.group_by(path=single[level]).agg(
        n_nulls=(~buying).cast("int64").sum(), **{name: single[name].sum(where=buying) for name in OUTCOMES}
    )
    filled = rows.select(
        "path", "n_nulls", **{name: rows[name].fill_null(0).cast(single[name].type()) for name in OUTCOMES}
    )
    known = ws.warehouse.read(filled.order_by("path"))
    # Times before the end of a path, as shares of it, and added up per distinct path and place.
    bought = single.filter(buying).select(*OUTCOMES, "weight", "weights", path=single[level])
    spread = bought.unnest("weights", offset="step", keep_empty=False)
    share = spread.weights / spread.weight
    decay = spread.group_by("path", step=spread.step.cast("int64")).agg(
        **{name: (share * spread[name].cast("float64")).sum() for name in OUTCOMES}
    )
    return Found(
        level, window_days, _with_rest(known, found.totals), ws.warehouse.read(decay.order_by("path", "step"))
    )


def _with_rest(known: pa.Table, totals: pa.Table) -> pa.Table:
    """Add the empty path: all that was sold less what some path brought."""
    rest = {"path": pa.array([""]), "n_nulls": pa.array([0], pa.int64())}
    for name in OUTCOMES:
        kind = known.schema.field(name).type
        whole = (totals[name][0].as_py() or 0) - (pc.sum(known[name]).as_py() or 0)
        rest[name] = pa.array([whole], kind)
    return pa.concat_tables([pa.table(rest).select(known.column_names), known])
