"""What people in a campaign did after its start and before: one row per campaign and person, from one join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from quanyu.method.person import owner_numbers
from quanyu.method.scratch import Keep
from quanyu.tables.margin import orders_with_margin
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, seconds
from quanyu.workspace import Workspace

OUTCOMES = ("conversion", "orders", "revenue", "margin")
ORDERS = (
    "source", "order_id", "ordered_at", "paid_at", "status", "gross_amount", "paid_amount", "net_amount", "margin_amount",
)  # fmt: skip
"""What outcomes tell of orders."""
REACTIONS = {"opened": ("opened", "clicked"), "clicked": ("clicked",), "unsubscribed": ("unsubscribed",)}
"""What people do with a message, those of programs left out, by how they show it: whoever clicked has opened."""
BEFORE = tuple(f"{name}_before" for name in OUTCOMES)


@dataclass(frozen=True)
class Watch:
    """How long people are observed: days after the start (by campaign, or in general) and days before."""

    window_days: int
    baseline_days: int
    by_campaign: Mapping[str, int] = field(default_factory=dict)

    def of(self, campaign_id: str) -> int:
        """Return the days after the start that count for a campaign."""
        return self.by_campaign.get(campaign_id, self.window_days)

    def days(self, campaign: ir.StringColumn) -> ir.IntegerValue:
        """Return `of` as an expression."""
        lengths = sorted(set(self.by_campaign.values()))
        named = [
            (days, [campaign_id for campaign_id, own in self.by_campaign.items() if own == days])
            for days in lengths
        ]
        branches = [(campaign.isin(ids), ibis.literal(days, "int64")) for days, ids in named]
        general = ibis.literal(self.window_days, "int64")
        return ibis.cases(*branches, else_=general) if branches else general


def assigned(ws: Workspace) -> ir.Table:
    """Return one row per campaign (or journey) and person with an arm: campaign_id, person, arm, began (seconds since 1970), channel,
    variant.

    Whoever was assigned counts in that arm, whatever became of the message (intention to treat). Those stopped
    before have no arm. The first assignment counts; people with two arms, which a changed share can bring about, count
    in neither. The channel is that which they were given, also where the message went by another in the end.
    """
    sent = ws.warehouse.table("deliveries")
    sent = sent.filter(sent.arm.notnull(), sent.arm != "", sent.campaign_id.notnull(), sent.sent_at.notnull())
    given = ws.warehouse.table("messages")
    given = given.filter(given.is_first).select("send_id", given=given.channel)
    sent = sent.left_join(given, "send_id").drop("send_id_right")
    sent = sent.mutate(person=group_key(sent.person_id), channel=ibis.coalesce(sent.given, sent.channel, ""))
    people = sent.group_by("campaign_id", "person").aggregate(
        arm=sent.arm.min(),
        last_arm=sent.arm.max(),
        began=sent.sent_at.min(),
        channel=sent.channel.min(),
        variant=sent.variant.min().fill_null(""),
        send_id=sent.send_id.min(),
    )
    people = people.filter(people.arm == people.last_arm).drop("last_arm").union(_enrolled(ws))
    return people.mutate(began=seconds(people.began))


def _enrolled(ws: Workspace) -> ir.Table:
    """Return who entered a journey, control included: each person from their first entry on."""
    rows = ws.warehouse.table("enrolments")
    rows = rows.filter(rows.arm != "").mutate(person=group_key(rows.person_id))
    people = rows.group_by("journey_id", "person").aggregate(
        arm=rows.arm.min(),
        last_arm=rows.arm.max(),
        began=rows.entered_at.min(),
        channel=rows.entity.min().substr(0, 0),
        variant=rows.variant.max().fill_null(""),
        send_id=rows.journey_id.min(),
    )
    return people.filter(people.arm == people.last_arm).drop("last_arm").rename(campaign_id="journey_id")


def _reacted(ws: Workspace, people: ir.Table, until: dt.datetime) -> ir.Table:
    """Say of everybody which `REACTIONS` they have shown, instead of by which send."""
    told = ws.warehouse.table("responses")
    told = told.filter(
        told.kind.isin(REACTIONS), told.responded_at < ibis.literal(until).cast("timestamp('UTC')")
    )
    flags = told.group_by("send_id").aggregate(
        **{name: told.kind.isin(kinds).any() for name, kinds in REACTIONS.items()}
    )
    both = people.left_join(flags, "send_id")
    return both.select(
        *(name for name in people.columns if name != "send_id"),
        **{name: both[name].fill_null(False) for name in REACTIONS},
    )


def outcomes(ws: Workspace, as_of: dt.date, watch: Watch, keep: Keep) -> ir.Table:
    """Return experiment, arm, began, channel, variant, `REACTIONS`, outcomes and baselines of everybody assigned to an arm.

    In the days after the start, and before `as_of`: `orders` are sales, `conversion` says whether there is one,
    `revenue` and `margin` sum the net amounts and margins of all orders and return documents; `n_unknown` are sales
    whose margin is not known. `<outcome>_before` is the same over the days before the start.
    """
    midnight = dt.datetime.combine(as_of, dt.time(), ws.settings.zone).astimezone(dt.UTC)
    people = keep(_reacted(ws, assigned(ws), midnight))
    people = people.mutate(days=watch.days(people.campaign_id).cast("int64"))
    deeds = _deeds(ws, midnight, people, keep).rename(buyer="person")
    near = [
        people.person == deeds.buyer,
        deeds.at >= people.began - watch.baseline_days * 86_400,
        deeds.at < people.began + people.days * 86_400,
    ]
    rows = people.left_join(deeds, near)
    rows = rows.mutate(is_after=rows["at"] >= rows.began)
    sums = {
        f"{name}{suffix}": rows[name].sum(where=side).fill_null(0).cast("float64")
        for suffix, side in (("", rows.is_after), ("_before", ~rows.is_after))
        for name in ("orders", "revenue", "margin")
    }
    unknown = rows.n_unknown.sum(where=rows.is_after).fill_null(0).cast("int64")
    of_person = ("campaign_id", "person", "arm", "began", "channel", "variant", *REACTIONS)
    summed = rows.group_by(*of_person).aggregate(**sums, n_unknown=unknown)
    flags = {
        f"conversion{suffix}": (summed[f"orders{suffix}"] > 0).cast("float64") for suffix in ("", "_before")
    }
    return summed.mutate(**flags).rename(experiment="campaign_id").drop("person")


def _deeds(ws: Workspace, until: dt.datetime, people: ir.Table, keep: Keep) -> ir.Table:
    """Return what moves an outcome of some people: person, at (seconds), orders, revenue, margin, n_unknown."""
    theirs = owner_numbers(ws.warehouse).semi_join(people, "person")
    placed = ws.warehouse.table("orders")
    placed = placed.mutate(key=group_key(placed.id_key)).inner_join(theirs, "key")
    # Kept, so that margins are joined to few.
    tables = {"orders": keep(placed.select("person", *ORDERS)), "margins": ws.warehouse.table("margins")}
    orders = orders_with_margin(tables.__getitem__)
    sale = is_sale(orders)
    # A sale counts when it was paid, a return document on its own day, as in the metrics.
    at = ibis.ifelse(
        orders.status == "returned", orders.ordered_at, ibis.coalesce(orders.paid_at, orders.ordered_at)
    )
    rows = orders.select(
        "person",
        at=at,
        orders=sale.cast("int64"),
        revenue=orders.net_amount,
        margin=orders.margin_amount,
        n_unknown=(sale & orders.margin_amount.isnull()).cast("int64"),
    )
    rows = rows.filter(rows["at"] < ibis.literal(until).cast("timestamp('UTC')"))
    return rows.mutate(at=seconds(rows["at"]))
